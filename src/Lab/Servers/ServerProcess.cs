using System.Diagnostics;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Servers;

/// <summary>A real server that a test, a demo or a benchmark started. Its output goes to a file; it is ended by its number, never by its name.</summary>
public sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan HeldWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private readonly Process _process;
    private readonly string _program;
    private readonly string _log;

    private ServerProcess(Process process, string program, string log) => (_process, _program, _log) = (process, program, log);

    /// <summary>Number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>It runs, or is held.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Exit status of one that has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program; does not wait until it answers.</summary>
    /// <param name="program">Path or name of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="log">File that its output is added to.</param>
    /// <param name="networkNamespace">Where it listens; null: here.</param>
    /// <param name="environment">Further variables of its environment; null: none.</param>
    /// <exception cref="LabException">It cannot be started.</exception>
    public static ServerProcess Start(
        string program, IEnumerable<string> arguments, string log, NetworkNamespace? networkNamespace = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        // The shell hands the log over and gets out of the way (exec), so that the process number is the server's own.
        IEnumerable<string> prefix = networkNamespace is null ? [] : ["nsenter", $"--net={networkNamespace.Path}"];
        foreach (var argument in (IEnumerable<string>)["-c", "exec >>\"$1\" 2>&1; shift; exec \"$@\"", "sh", log, .. prefix, program, .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new LabException($"{program} could not be started.");
        process.StandardInput.Close();
        return new(process, program, log);
    }

    /// <summary>Asks until the server answers.</summary>
    /// <param name="answers">Whether it answers now; may throw what a connection throws.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">It ended, or did not answer in time; carries the end of its log.</exception>
    public async Task WaitUntilAsync(Func<CancellationToken, Task<bool>> answers, TimeSpan timeout, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var last = "it answers that it is not ready";
        while (Stopwatch.GetElapsedTime(started) < timeout)
        {
            if (_process.HasExited)
                throw new LabException($"{_program} ended with status {_process.ExitCode}. Its log ends with:\n{LogTail()}");
            try
            {
                if (await answers(ct))
                    return;
            }
            catch (Exception exception) when (!ct.IsCancellationRequested)
            {
                last = exception.Message;
            }

            // A port that nobody listens on yet cannot be waited on: it is asked again until the deadline.
            await Task.Delay(Poll, TimeProvider.System, ct);
        }

        throw new LabException($"{_program} did not answer within {timeout.TotalSeconds} s: {last}\nIts log ends with:\n{LogTail()}");
    }

    /// <summary>Ends it as a crash would (SIGKILL) and waits for its end.</summary>
    /// <param name="ct">Gives up waiting.</param>
    public async Task KillAsync(CancellationToken ct)
    {
        _process.Kill();
        await _process.WaitForExitAsync(ct);
    }

    /// <summary>Asks it to end (SIGTERM) and waits for its end.</summary>
    /// <param name="ct">Gives up waiting.</param>
    public async Task StopAsync(CancellationToken ct)
    {
        Signal.Terminate(_process.Id);
        await _process.WaitForExitAsync(ct);
    }

    /// <summary>Holds it (SIGSTOP): connections stay open and nothing answers until <see cref="Resume"/>.</summary>
    /// <exception cref="LabException">It was still at work after a while.</exception>
    public void Pause()
    {
        Signal.Stop(_process.Id);
        // On a busy machine the signal takes a moment to reach every thread, and until then it answers.
        if (!SpinWait.SpinUntil(IsHeld, HeldWithin))
            throw new LabException($"{_program} (process {_process.Id}) was not held within {HeldWithin.TotalSeconds} s.");
    }

    /// <summary>Lets a held server go on (SIGCONT).</summary>
    public void Resume() => Signal.Continue(_process.Id);

    /// <summary>The last lines of its output.</summary>
    /// <param name="lines">How many.</param>
    public string LogTail(int lines = 40) => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(lines)) : "(no log)";

    /// <summary>Ends it if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    // proc(5): the state follows the name, which may have anything but a closing bracket behind its own.
    private bool IsHeld() => Directory.EnumerateDirectories($"/proc/{_process.Id}/task").All(thread => StateOf(File.ReadAllText(Path.Combine(thread, "stat"))) == 'T');

    private static char StateOf(string stat) => stat[stat.LastIndexOf(')') + 2];
}
