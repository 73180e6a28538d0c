using System.Globalization;

namespace Cilium.Framework.Daemon;

/// <summary>Pings the service manager's watchdog while the program is alive, and says in a line how it is. One that is not alive is silent: it is then started again, which is hitless.</summary>
/// <param name="socket">Where pings go.</param>
/// <param name="limit">Without a ping for so long the service manager starts the program again; null: nobody watches.</param>
/// <param name="problem">What is not alive, given how long a call may take; null: all is.</param>
/// <param name="status">A line for people.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class Heartbeat(NotifySocket socket, TimeSpan? limit, Func<TimeSpan, string?> problem, Func<string> status, TimeProvider time, ILogger logger)
{
    /// <summary>How often the line for people is renewed when nobody watches.</summary>
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(10);

    private bool _silent;

    /// <summary>The limit that the environment of this process names; null: none.</summary>
    public static TimeSpan? LimitHere => Limit(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"));

    /// <summary>The limit that the service manager set for this process; null: none.</summary>
    /// <param name="microseconds"><c>WATCHDOG_USEC</c>.</param>
    /// <param name="processId"><c>WATCHDOG_PID</c>: absent, or the process that is watched.</param>
    public static TimeSpan? Limit(string? microseconds, string? processId)
    {
        if (processId is { Length: > 0 } && processId != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            return null;
        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? TimeSpan.FromMicroseconds(limit) : null;
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // Half the limit, as sd_watchdog_enabled(3) advises: one ping may be late.
        using var timer = new PeriodicTimer(limit / 2 ?? Unwatched, time);
        do
        {
            Beat();
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private void Beat()
    {
        if (limit is not { } patience || problem(patience) is not { } dead)
        {
            socket.Status(status());
            if (limit is not null)
                socket.Alive();
            _silent = false;
            return;
        }

        if (!_silent)
            Silent(logger, dead);
        _silent = true;
        socket.Status($"not alive: {dead}");
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Not alive: {Problem}. The watchdog is not pinged any more; the service manager will start this program again, which no connection notices.")]
    private static partial void Silent(ILogger logger, string problem);
}
