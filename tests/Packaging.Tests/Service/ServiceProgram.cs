using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cilium.Framework.Packaging.Tests.Service;

/// <summary>A real program, started as a service manager starts it.</summary>
internal partial class ServiceProgram : IDisposable
{
    private const int Hangup = 1, Terminate = 15;
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    /// <param name="program">Its path.</param>
    /// <param name="profile">Its profile.</param>
    /// <param name="address">Of the service manager's socket; null: a path of its own.</param>
    /// <param name="watchdog">Its limit; null: nobody watches.</param>
    /// <param name="settings">Each <c>key=value</c>.</param>
    public ServiceProgram(string program, string profile, string? address, TimeSpan? watchdog, IEnumerable<string> settings)
    {
        address ??= _folder["notify"];
        Manager = new ServiceSocket(address);
        File.WriteAllText(Settings, $"profile: {profile}\n");
        var start = new ProcessStartInfo(program, ["--config", Settings]) { WorkingDirectory = "/" };
        foreach (var setting in (string[])["plugins.development=true", $"state-dir={_folder["state"]}", $"run-dir={_folder["run"]}", .. settings])
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add(setting);
        }

        start.Environment["NOTIFY_SOCKET"] = address;
        if (watchdog is { } limit)
            start.Environment["WATCHDOG_USEC"] = limit.TotalMicroseconds.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(start)!;
    }

    public ServiceSocket Manager { get; }

    public int Id => _process.Id;

    /// <summary>The settings file.</summary>
    public string Settings => _folder["cilium.yaml"];

    public void Reload() => Assert.Equal(0, Send(_process.Id, Hangup));

    public void Stop() => Assert.Equal(0, Send(_process.Id, Terminate));

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(Checkout.Cancelled);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Manager.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
