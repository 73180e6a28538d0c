using System.Diagnostics;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>An agent running in a namespace. Its log goes to a file; a failed start shows its end.</summary>
public sealed class AgentProcess : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private readonly ServerProcess _process;

    private AgentProcess(ServerProcess process, CiliumClient client) => (_process, Client) = (process, client);

    /// <summary>The agent's API.</summary>
    public CiliumClient Client { get; }

    /// <summary>Number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>It does not run any more.</summary>
    public bool HasEnded => !_process.IsRunning;

    /// <summary>Starts an agent and waits until its API answers.</summary>
    /// <param name="layout">Where the programs lie.</param>
    /// <param name="networkNamespace">The node.</param>
    /// <param name="folder">Folder for state, sockets and the log.</param>
    /// <param name="settings">Each <c>key=value</c>, as for <c>--set</c>.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="ct">Gives up and ends the process.</param>
    /// <param name="isReady">What its status says when it may be used; null: <see cref="IsOk"/>.</param>
    /// <exception cref="LabException">It ended, or did not answer in time; carries the end of its log.</exception>
    public static async Task<AgentProcess> StartAsync(
        Layout layout, NetworkNamespace networkNamespace, string folder, IEnumerable<string> settings, TimeSpan timeout, CancellationToken ct, Func<StatusResponse, bool>? isReady = null)
    {
        Directory.CreateDirectory(folder);
        var log = Path.Combine(folder, "agent.log");
        var process = ServerProcess.Start(layout.Agent, settings.SelectMany(setting => (string[])["--set", setting]), log, networkNamespace);
        var agent = new AgentProcess(process, new CiliumClient(Path.Combine(folder, "run", "cilium.sock")));
        try
        {
            await agent.WaitUntilReadyAsync(timeout, ct, isReady);
            return agent;
        }
        catch
        {
            agent.Dispose();
            throw;
        }
    }

    /// <summary>Nothing is awaited and nothing is wrong.</summary>
    /// <param name="status">Answer of an agent.</param>
    public static bool IsOk(StatusResponse status) => status?.Cilium.State == "Ok";

    /// <summary>Waits until the API answers as it should.</summary>
    /// <param name="timeout">How long.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="isReady">How it should; null: <see cref="IsOk"/>.</param>
    public async Task<StatusResponse> WaitUntilReadyAsync(TimeSpan timeout, CancellationToken ct, Func<StatusResponse, bool>? isReady = null)
    {
        var started = Stopwatch.GetTimestamp();
        var last = "no answer";
        while (Stopwatch.GetElapsedTime(started) < timeout)
        {
            if (HasEnded)
                throw new LabException($"The agent ended with status {_process.ExitCode}. Its log ends with:\n{LogTail()}");
            try
            {
                var status = await Client.GetStatusAsync(ct);
                if ((isReady ?? IsOk)(status))
                    return status;
                last = status.Cilium.Msg;
            }
            catch (ApiException exception)
            {
                last = exception.Message;
            }

            // A socket that does not exist yet cannot be waited on: it is asked again until the deadline.
            await Task.Delay(Poll, TimeProvider.System, ct);
        }

        throw new LabException($"The agent was not ready after {timeout.TotalSeconds} s: {last}\nIts log ends with:\n{LogTail()}");
    }

    /// <inheritdoc cref="ServerProcess.KillAsync" />
    public Task KillAsync(CancellationToken ct) => _process.KillAsync(ct);

    /// <inheritdoc cref="ServerProcess.Pause" />
    public void Pause() => _process.Pause();

    /// <inheritdoc cref="ServerProcess.Resume" />
    public void Resume() => _process.Resume();

    /// <summary>Asks it to end (SIGTERM) and waits for its end.</summary>
    /// <param name="ct">Gives up waiting.</param>
    /// <returns>Its exit status.</returns>
    public async Task<int> StopAsync(CancellationToken ct)
    {
        await _process.StopAsync(ct);
        return _process.ExitCode;
    }

    /// <inheritdoc cref="ServerProcess.LogTail" />
    public string LogTail(int lines = 40) => _process.LogTail(lines);

    /// <summary>Ends it if it still runs.</summary>
    public void Dispose()
    {
        _process.Dispose();
        Client.Dispose();
    }
}
