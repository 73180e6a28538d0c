using System.Diagnostics;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>An agent running in a namespace. Its log goes to a file; a failed start shows its end.</summary>
public sealed class AgentProcess : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private readonly Process _process;
    private readonly string _log;

    private AgentProcess(Process process, CiliumClient client, string log) => (_process, Client, _log) = (process, client, log);

    /// <summary>The agent's API.</summary>
    public CiliumClient Client { get; }

    /// <summary>Number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>It does not run any more.</summary>
    public bool HasEnded => _process.HasExited;

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
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        // The shell hands the log over and gets out of the way (exec), so that the process number is the agent's own.
        foreach (var argument in (string[])["-c", "exec >>\"$1\" 2>&1; shift; exec \"$@\"", "sh", log, "nsenter", $"--net={networkNamespace.Path}", layout.Agent])
            start.ArgumentList.Add(argument);
        foreach (var setting in settings)
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add(setting);
        }

        var process = Process.Start(start) ?? throw new LabException($"{layout.Agent} could not be started.");
        process.StandardInput.Close();
        var agent = new AgentProcess(process, new CiliumClient(Path.Combine(folder, "run", "cilium.sock")), log);
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
            if (_process.HasExited)
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

    /// <summary>Ends the process as a crash would (SIGKILL) and waits for its end.</summary>
    /// <param name="ct">Gives up waiting.</param>
    public async Task KillAsync(CancellationToken ct)
    {
        _process.Kill();
        await _process.WaitForExitAsync(ct);
    }

    /// <summary>Holds the process (SIGSTOP): it neither reads nor answers until <see cref="Resume"/>.</summary>
    public void Pause() => Signal.Stop(_process.Id);

    /// <summary>Lets a held process go on (SIGCONT).</summary>
    public void Resume() => Signal.Continue(_process.Id);

    /// <summary>Asks the process to end (SIGTERM) and waits for it.</summary>
    /// <param name="ct">Gives up waiting.</param>
    public async Task<int> StopAsync(CancellationToken ct)
    {
        Signal.Terminate(_process.Id);
        await _process.WaitForExitAsync(ct);
        return _process.ExitCode;
    }

    /// <summary>The last lines of the log.</summary>
    /// <param name="lines">How many.</param>
    public string LogTail(int lines = 40) => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(lines)) : "(no log)";

    /// <summary>Ends the process if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Client.Dispose();
    }
}
