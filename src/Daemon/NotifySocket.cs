using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cilium.Framework.Daemon;

/// <summary>Tells the service manager how the program is, as sd_notify(3) does: one datagram a message. Without a service manager it says nothing.</summary>
/// <remarks>A message that cannot be sent is lost and harms nobody: the service manager then acts as it does on silence.</remarks>
internal sealed class NotifySocket : IDisposable
{
    /// <summary>Where the service manager listens: a path, or an abstract name that begins with <c>@</c>.</summary>
    public const string Variable = "NOTIFY_SOCKET";

    /// <summary>Nanoseconds in a microsecond.</summary>
    private const long NanosecondsPerMicrosecond = 1000;

    private readonly Lock _lock = new();
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _manager;
    private string? _status;

    private NotifySocket(string? address)
    {
        if (string.IsNullOrEmpty(address) || address[0] is not ('/' or '@'))
            return;
        // .NET writes an abstract name with a NUL in front, as the kernel does.
        _manager = new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    }

    /// <summary>The socket that the environment names.</summary>
    public static NotifySocket FromEnvironment() => new(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The program does its work.</summary>
    /// <param name="status">One line for people.</param>
    public void Ready(string status) => Send(status, $"READY=1\nSTATUS={Line(status)}");

    /// <summary>The settings are being read again; <see cref="Ready"/> must follow.</summary>
    public void Reloading() => Send(null, string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={MonotonicMicroseconds()}"));

    /// <summary>The program ends, as it was asked to.</summary>
    /// <param name="status">One line for people.</param>
    public void Stopping(string status) => Send(null, $"STOPPING=1\nSTATUS={Line(status)}");

    /// <summary>The program is alive.</summary>
    public void Alive() => Send(_status, "WATCHDOG=1");

    /// <summary>A line for people; the same again is not sent again.</summary>
    public void Status(string status)
    {
        if (status != _status)
            Send(status, $"STATUS={Line(status)}");
    }

    public void Dispose() => _socket?.Dispose();

    // Stopwatch is CLOCK_MONOTONIC on Linux, in nanoseconds: the clock that the service manager compares with.
    private static long MonotonicMicroseconds() => Stopwatch.GetTimestamp() / NanosecondsPerMicrosecond;

    private static string Line(string text) => text.ReplaceLineEndings(" ");

    private void Send(string? status, string message)
    {
        if (_socket is null)
            return;
        lock (_lock)
        {
            _status = status;
            try
            {
                _socket.SendTo(Encoding.UTF8.GetBytes(message), _manager!);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // See the remarks.
            }
        }
    }
}
