namespace Cilium.Framework.Conformance.Kvstore;

/// <summary>The server behind a store under test, for the suite to hurt. Its members hold one content together.</summary>
public interface IStoreServer
{
    /// <summary>How many members there are; 1: no cluster. A minority of them may fail without anybody losing anything.</summary>
    int Members { get; }

    /// <summary>Ends a member as a crash would (SIGKILL).</summary>
    /// <param name="member">0-based.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task KillAsync(int member, CancellationToken cancellationToken);

    /// <summary>Starts a member that was killed, over the content that it had. Returns when it was started; it need not answer yet.</summary>
    /// <param name="member">0-based.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task StartAsync(int member, CancellationToken cancellationToken);

    /// <summary>Holds a member (SIGSTOP): its connections stay open and nothing answers.</summary>
    /// <param name="member">0-based.</param>
    void Pause(int member);

    /// <summary>Lets a held member go on (SIGCONT).</summary>
    /// <param name="member">0-based.</param>
    void Resume(int member);

    /// <summary>Makes the server forget what keys were before, so that a watch that was cut off cannot go on where it was.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False: this server keeps no history in the first place.</returns>
    Task<bool> CompactAsync(CancellationToken cancellationToken);
}
