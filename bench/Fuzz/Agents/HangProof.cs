using System.Diagnostics;

namespace Cilium.Framework.Fuzz.Agents;

/// <summary>Shows, before anything is believed, that an agent that hangs is seen: it is held (SIGSTOP) while it is asked.</summary>
internal static class HangProof
{
    /// <summary>Little more than <see cref="Findings.Limit"/>.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(1.3);

    /// <exception cref="InvalidOperationException">The hang was not seen: no result of this run would mean anything.</exception>
    public static async Task ShowAsync(FuzzedAgent agent, Canary canary)
    {
        var started = canary.Now();
        await SignalAsync(agent, "STOP");
        var answering = agent.SendAsync(FuzzedAgent.Request("GET", "healthz", []), CancellationToken.None);
        // Held for as long as this machine's own delays leave of it.
        while (canary.Since(started) < Hang)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        await SignalAsync(agent, "CONT");
        await answering;
        if (canary.Since(started) is var took && took <= Findings.Limit)
            throw new InvalidOperationException($"an agent that was held for {Hang.TotalSeconds} s seemed to answer in {took.TotalMilliseconds:0} ms");
    }

    private static async Task SignalAsync(FuzzedAgent agent, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{agent.Id}"]);
        await kill.WaitForExitAsync();
    }
}
