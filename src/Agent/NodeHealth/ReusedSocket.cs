using System.Net;
using System.Runtime.InteropServices;
using Cilium.Framework.NodeHealth;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>A TCP socket that is connected again and again: no other one can be opened in its namespace by this process. Used by one thread at a time, which it blocks.</summary>
internal sealed unsafe class ReusedSocket : IDisposable
{
    /// <summary>Longer than struct sockaddr_in6.</summary>
    private const int AddressSize = 28;

    /// <summary>How long each call may block: as long as a probe may take.</summary>
    private static readonly SocketCalls.TimeValue Patience = new(5, 0);

    private const int TryAgain = 11, InProgress = 115, Refused = 111, HostUnreachable = 113, NetworkUnreachable = 101, TimedOut = 110, Reset = 104;

    private readonly int _descriptor;

    /// <param name="descriptor">A TCP socket that is not connected; closed with this.</param>
    public ReusedSocket(int descriptor)
    {
        _descriptor = descriptor;
        var patience = Patience;
        _ = SocketCalls.SetOption(descriptor, SocketCalls.SocketLevel, SocketCalls.SendTimeout, &patience, (uint)sizeof(SocketCalls.TimeValue));
        _ = SocketCalls.SetOption(descriptor, SocketCalls.SocketLevel, SocketCalls.ReceiveTimeout, &patience, (uint)sizeof(SocketCalls.TimeValue));
    }

    /// <summary>Connects, asks for the greeting, reads the answer, and disconnects.</summary>
    /// <param name="to">An address of the socket's family.</param>
    /// <param name="time">The clock.</param>
    public ProbeResult Greet(IPAddress to, TimeProvider time)
    {
        var started = time.GetTimestamp();
        try
        {
            var address = new IPEndPoint(to, HealthService.Port).Serialize();
            fixed (byte* bytes = address.Buffer.Span)
            {
                if (SocketCalls.Connect(_descriptor, bytes, (uint)address.Size) != 0)
                    return Failure();
            }

            fixed (byte* request = HealthService.Request)
            {
                if (SocketCalls.Send(_descriptor, request, HealthService.Request.Length, SocketCalls.NoSignal) < 0)
                    return Failure();
            }

            var head = stackalloc byte[HealthService.LongestHead];
            var length = 0;
            while (length < HealthService.LongestHead && !HealthService.IsWhole(new ReadOnlySpan<byte>(head, length)))
            {
                var read = (int)SocketCalls.Receive(_descriptor, head + length, HealthService.LongestHead - length, 0);
                if (read < 0)
                    return Failure();
                if (read == 0)
                    break;
                length += read;
            }

            return HealthService.Objection(new ReadOnlySpan<byte>(head, length)) is { } objection ? ProbeResult.Failed(objection) : ProbeResult.Answered(time.GetElapsedTime(started));
        }
        finally
        {
            Disconnect();
        }
    }

    public void Dispose() => _ = SocketCalls.Close(_descriptor);

    /// <summary>Connecting to AF_UNSPEC (0) disconnects (connect(2)).</summary>
    private void Disconnect()
    {
        var nowhere = stackalloc byte[AddressSize];
        new Span<byte>(nowhere, AddressSize).Clear();
        _ = SocketCalls.Connect(_descriptor, nowhere, AddressSize);
    }

    private static ProbeResult Failure()
    {
        var error = Marshal.GetLastPInvokeError();
        return ProbeResult.Failed(error switch
        {
            TryAgain or InProgress => "no answer within 5 s",
            Refused => ProbeWords.Refused,
            HostUnreachable => ProbeWords.NoRoute,
            NetworkUnreachable => ProbeWords.NoNetwork,
            TimedOut => ProbeWords.TimedOut,
            Reset => ProbeWords.Reset,
            _ => Marshal.GetPInvokeErrorMessage(error),
        });
    }
}
