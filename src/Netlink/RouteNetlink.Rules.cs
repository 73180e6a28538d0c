using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink;

public sealed partial class RouteNetlink
{
    /// <summary>FRA_* of linux/fib_rules.h.</summary>
    private const int RuleDestination = 1, RuleSource = 2, RuleInputDevice = 3, RulePriority = 6, RuleMark = 10, RuleTable = 15, RuleMask = 16, RuleProtocol = 21;

    /// <summary>All policy rules of a family, in the order in which they are asked.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    public IReadOnlyList<PolicyRule> ListRules(AddressFamily family)
    {
        var rules = new List<PolicyRule>();
        _socket.Dump(
            new MessageWriter(MessageType.GetRule, MessageFlags.Dump).Fixed(new RulePart { Family = FamilyNumber(family) }),
            $"list {family} policy rules",
            rules.Clear,
            (_, payload) => rules.Add(ReadRule(payload)));
        return rules;
    }

    /// <summary>Makes a policy rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkException.Exists"/>: there is the same rule, whoever made it.</exception>
    public void AddRule(PolicyRule rule)
    {
        var request = new MessageWriter(MessageType.NewRule, MessageFlags.Acknowledge | MessageFlags.Create | MessageFlags.Exclusive);
        _socket.Change(Describe(request, rule), $"add policy rule {Text(rule)}");
    }

    /// <summary>Deletes a policy rule; success when there is none. Priority, table and protocol must fit, and of the rest what the rule names: the first such rule goes.</summary>
    /// <param name="rule">The rule.</param>
    public void DeleteRule(PolicyRule rule)
    {
        try
        {
            _socket.Change(Describe(new MessageWriter(MessageType.DelRule, MessageFlags.Acknowledge), rule), $"delete policy rule {Text(rule)}");
        }
        catch (NetlinkException exception) when (exception.Errno == NetlinkException.NoSuchEntry)
        {
        }
    }

    private static string Text(PolicyRule rule) => $"{rule.Priority} ({rule.Family}, mark 0x{rule.Mark:x}/0x{rule.Mask:x}, table {rule.Table})";

    private static MessageWriter Describe(MessageWriter request, PolicyRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        request.Fixed(new RulePart
        {
            Family = FamilyNumber(rule.Family),
            DestinationLength = (byte)(rule.Destination?.PrefixLength ?? 0),
            SourceLength = (byte)(rule.Source?.PrefixLength ?? 0),
            Table = rule.Table < 256 ? (byte)rule.Table : (byte)0,
            Action = rule.Action,
        }).Attribute(RulePriority, rule.Priority).Attribute(RuleTable, rule.Table).Attribute(RuleProtocol, rule.Protocol);
        if (rule.Mask != 0)
            request.Attribute(RuleMark, rule.Mark).Attribute(RuleMask, rule.Mask);
        if (rule.Source is { PrefixLength: > 0 } source)
            request.Attribute(RuleSource, source.BaseAddress);
        if (rule.Destination is { PrefixLength: > 0 } destination)
            request.Attribute(RuleDestination, destination.BaseAddress);
        if (rule.InputDevice.Length > 0)
            request.Attribute(RuleInputDevice, rule.InputDevice);
        return request;
    }

    private static PolicyRule ReadRule(ReadOnlySpan<byte> payload)
    {
        var part = MemoryMarshal.Read<RulePart>(payload);
        var attributes = new AttributeReader(payload[Marshal.SizeOf<RulePart>()..]);
        var rule = new PolicyRule { Family = FamilyOf(part.Family), Priority = 0, Table = part.Table, Action = part.Action, Protocol = 0 };
        while (attributes.Next())
        {
            rule = attributes.Type switch
            {
                RulePriority => rule with { Priority = attributes.UInt32 },
                RuleTable => rule with { Table = attributes.UInt32 },
                RuleProtocol => rule with { Protocol = attributes.Byte },
                RuleMark => rule with { Mark = attributes.UInt32 },
                RuleMask => rule with { Mask = attributes.UInt32 },
                RuleSource => rule with { Source = Network(attributes.Value, part.SourceLength) },
                RuleDestination => rule with { Destination = Network(attributes.Value, part.DestinationLength) },
                RuleInputDevice => rule with { InputDevice = attributes.Text },
                _ => rule,
            };
        }

        return rule;
    }

    // The kernel keeps host bits as they were given; IPNetwork takes none.
    private static IPNetwork Network(ReadOnlySpan<byte> address, int length)
    {
        Span<byte> bytes = stackalloc byte[address.Length];
        address.CopyTo(bytes);
        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
