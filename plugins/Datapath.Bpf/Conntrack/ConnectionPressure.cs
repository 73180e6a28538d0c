using System.Globalization;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>How much of the room for connections is taken: what the operator should know, and how soon to collect again.</summary>
/// <param name="IPv4">As the last collection found it.</param>
/// <param name="IPv6">The same of the other family.</param>
/// <param name="IsTable">Connections are kept in the table of our own.</param>
internal readonly record struct ConnectionPressure(ConnectionCount IPv4, ConnectionCount IPv6, bool IsTable)
{
    private const double Worrying = 0.75, Aim = 0.5;

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>True when the operator should act: there will be no room soon.</summary>
    public bool IsHigh => Math.Max(IPv4.Filled, IPv6.Filled) >= Worrying;

    /// <summary>In words, with what to do when there is something to do.</summary>
    public string Describe()
    {
        var state = $"{Describe("IPv4", IPv4)}, {Describe("IPv6", IPv6)}";
        if (!IsHigh)
            return state;
        var consequence = IsTable ? "When there is no room, new ones are dropped (reason 155)" : "When there is no room, those that were idle for longest are forgotten";
        return Math.Max(IPv4.FilledByLiving, IPv6.FilledByLiving) >= Worrying
            ? $"{state}. {consequence}. See who opens so many (cilium bpf ct list), or raise datapath.bpf.conntrack-max and start the agent again (connections move)."
            : $"{state}, most of them expired: they come faster than they are collected. {consequence}. Lower datapath.bpf.conntrack-gc-interval, or raise datapath.bpf.conntrack-max and start the agent again (connections move).";
    }

    /// <summary>The pause that would leave the room half full at the next collection, if connections keep coming as they did.</summary>
    /// <param name="last">The pause before this collection.</param>
    /// <param name="most">The configured pause.</param>
    public TimeSpan NextPause(TimeSpan last, TimeSpan most)
    {
        var filled = Math.Max(IPv4.Filled, IPv6.Filled);
        var next = filled <= Aim ? last * 2 : last * (Aim / filled);
        return next > most ? most : next < Least ? Least : next;
    }

    private static string Describe(string family, ConnectionCount count) =>
        string.Create(CultureInfo.InvariantCulture, $"{family} {count.Seen:N0} of {count.Room:N0} connections ({count.Filled:P0})");
}
