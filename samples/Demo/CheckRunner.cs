using System.Globalization;
using System.Net;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Demo;

/// <summary>A place that packets come from or go to.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Namespace">Where its sockets live.</param>
/// <param name="IPv4">Its IPv4 address.</param>
/// <param name="IPv6">Its IPv6 address.</param>
/// <param name="HasOneAddress">Its packets surely carry these addresses.</param>
internal sealed record Place(string Name, NetworkNamespace Namespace, IPAddress IPv4, IPAddress IPv6, bool HasOneAddress = true);

/// <summary>Makes attempts and writes down what came of them.</summary>
internal sealed class CheckRunner(EventLog events, Action<Check> report)
{
    /// <summary>Allowed answers come in milliseconds; what takes longer was dropped.</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Denied = TimeSpan.FromMilliseconds(400);
    private readonly List<Check> _checks = [];

    public IReadOnlyList<Check> Checks => _checks;

    public Task TcpAsync(Place from, Place to, int port, bool v6, bool allowed, CancellationToken ct) =>
        AttemptAsync(from, to, port, "TCP", v6, allowed, (address, timeout) => Probe.TcpAsync(from.Namespace, address, port, timeout, ct), ct);

    public Task UdpAsync(Place from, Place to, int port, bool v6, bool allowed, CancellationToken ct) =>
        AttemptAsync(from, to, port, "UDP", v6, allowed, (address, timeout) => Probe.UdpAsync(from.Namespace, address, port, timeout, ct), ct);

    public Task PingAsync(Place from, Place to, bool v6, bool allowed, CancellationToken ct) =>
        AttemptAsync(from, to, 0, "ICMP", v6, allowed, (address, timeout) => Probe.PingAsync(from.Namespace, address, timeout, ct), ct);

    /// <summary>Writes down a check that was made elsewhere.</summary>
    public void Add(Check check)
    {
        _checks.Add(check);
        report(check);
    }

    private async Task AttemptAsync(Place from, Place to, int port, string protocol, bool v6, bool allowed, Func<IPAddress, TimeSpan, Task<bool>> attempt, CancellationToken ct)
    {
        events.Clear();
        var address = v6 ? to.IPv6 : to.IPv4;
        var answered = await attempt(address, allowed ? Allowed : Denied);
        // The node and the world have several addresses; the kernel chooses one.
        var source = from.HasOneAddress ? (v6 ? from.IPv6 : from.IPv4).ToString() : null;
        var decision = await events.FindAsync(
            shown => shown.Type == (answered ? "trace" : "drop") && (source is null || shown.Source == source) && shown.Destination == address.ToString() && (port == 0 || shown.DestinationPort == port), ct);
        Add(new Check
        {
            From = from.Name, To = to.Name, Port = port == 0 ? "-" : port.ToString(CultureInfo.InvariantCulture), Protocol = protocol, Family = v6 ? "IPv6" : "IPv4",
            Expected = Word(allowed), Seen = Word(answered), Rule = RuleOf(decision),
        });
    }

    private static string Word(bool allowed) => allowed ? "allowed" : "denied";

    private static string RuleOf(MonitorEvent? decision) => decision switch
    {
        null => "(no event)",
        { Type: "drop" } => decision.Rule is { Length: > 0 } rule ? $"{decision.ReasonText}; {rule}" : decision.ReasonText ?? "",
        _ => decision.Rule ?? "",
    };
}
