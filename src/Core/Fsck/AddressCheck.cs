using Cilium.Framework.Errors;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;

namespace Cilium.Framework.Fsck;

/// <summary>Nodes and addresses in the store: each can be read, and no two of them are about the same addresses.</summary>
internal static class AddressCheck
{
    public static void CheckNodes(IEnumerable<KvEntry> entries, List<KeySpaceFinding> findings)
    {
        // Sorted by first address, a range overlaps one before it exactly when the widest open one still holds it.
        var open = new Dictionary<bool, (IpPrefix Range, NodeKey Node)>();
        var nodes = Read(entries, NodeKey.Folder, NodeKey.Read, NodeJson.Read, new("node", "CLUSTER/NODE"), findings).Select(read => read.Row);
        foreach (var (range, node) in nodes.SelectMany(node => node.PodCidrs.Select(range => (Range: range, node.Key))).OrderBy(of => of.Range))
        {
            if (open.TryGetValue(range.IsIPv6, out var before) && before.Range.Contains(range))
            {
                if (before.Node != node)
                    findings.Add(new(KeySpaceDefect.OverlappingRanges, node.StoreKey, $"its range {range} overlaps {before.Range} of {KeySpaceFinding.Shown(before.Node.ToString())}. Give one of them another range (ipv4.pod-cidr, ipv6.pod-cidr)."));
            }
            else
            {
                open[range.IsIPv6] = (range, node);
            }
        }
    }

    public static void CheckAddresses(IEnumerable<KvEntry> entries, List<KeySpaceFinding> findings)
    {
        foreach (var same in Read(entries, StoredIpRow.Folder, StoredIpRow.ReadKey, IpJson.Read, new("address", "an IPv4 or IPv6 address or range"), findings).GroupBy(read => read.Row.Prefix).Where(same => same.Count() > 1).OrderBy(same => same.Key))
        {
            var usual = StoredIpRow.StoreKey(same.Key);
            var keys = same.Select(read => read.Entry.Key).Order(StringComparer.Ordinal).ToList();
            findings.Add(new(KeySpaceDefect.TwoKeys, keys.First(key => key != usual), $"{same.Key} has several keys: {string.Join(", ", keys.Select(KeySpaceFinding.Shown))}. Nodes write {usual}; remove the others."));
        }
    }

    private static List<(KvEntry Entry, TRow Row)> Read<TKey, TRow>(
        IEnumerable<KvEntry> entries, string folder, KeyReader<TKey> keyOf, Func<TKey, ReadOnlyMemory<byte>, TRow> read, Kind what, List<KeySpaceFinding> findings)
        where TKey : struct
    {
        var rows = new List<(KvEntry, TRow)>();
        foreach (var entry in entries)
        {
            try
            {
                var name = entry.Key[folder.Length..];
                rows.Add((entry, read(keyOf(name) ?? throw new FormatException($"\"{Excerpt.Of(name)}\" is no {what.Name}. Accepted: {what.Accepted}."), entry.Value)));
            }
            catch (FormatException exception)
            {
                findings.Add(new(KeySpaceDefect.Unreadable, entry.Key, $"is no {what.Name}: {exception.Message}", KeySpaceDeed.Remove(entry)));
            }
        }

        return rows;
    }

    private readonly record struct Kind(string Name, string Accepted);
}
