using Cilium.Framework.Kvstore.Consul.Commits;
using Cilium.Framework.Kvstore.Consul.Http;
using Cilium.Framework.Kvstore.Consul.Model;

namespace Cilium.Framework.Kvstore.Consul;

/// <summary>Reads keys of a prefix. Knows what an empty answer means.</summary>
internal sealed class Reader(ConsulHttp http)
{
    public async Task<KvPair?> GetAsync(string key, CancellationToken cancellationToken)
    {
        if (PlainPart(key) != key)
            return (await Transaction.GetAsync(http, [key], cancellationToken)).GetValueOrDefault(key);
        var answer = await http.ReadAsync($"{PathOf(key)}?consistent", cancellationToken);
        return answer.IsMissing ? null : answer.Read(ConsulJson.Default.KvPairArray).Single();
    }

    /// <summary>Keys of a prefix and the index to wait on, in no particular order, without those of the plugin.</summary>
    public async Task<(KvPair[] Pairs, ulong Index)> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var answer = await http.ReadAsync($"{PathOf(prefix)}?recurse&consistent", cancellationToken);
        return (await PairsAsync(answer, prefix, cancellationToken), answer.Index);
    }

    /// <summary>The same, when something changed since the index, or after a while.</summary>
    public async Task<(KvPair[] Pairs, ulong Index)> WaitAsync(string prefix, ulong index, TimeSpan wait, CancellationToken cancellationToken)
    {
        var answer = await http.WaitAsync($"{PathOf(prefix)}?recurse&consistent", index, wait, cancellationToken);
        return (await PairsAsync(answer, prefix, cancellationToken), answer.Index);
    }

    public async Task<bool> AnyAsync(string prefix, CancellationToken cancellationToken)
    {
        var answer = await http.ReadAsync($"{PathOf(prefix)}?keys&consistent", cancellationToken);
        if (!answer.IsMissing)
            return answer.Read(ConsulJson.Default.StringArray).Any(key => IsShown(key, prefix));
        await RequirePermissionAsync(prefix, cancellationToken);
        return false;
    }

    private async Task<KvPair[]> PairsAsync(ConsulAnswer answer, string prefix, CancellationToken cancellationToken)
    {
        if (!answer.IsMissing)
            return [.. answer.Read(ConsulJson.Default.KvPairArray).Where(pair => IsShown(pair.Key, prefix))];
        await RequirePermissionAsync(prefix, cancellationToken);
        return [];
    }

    // A list leaves out what the token may not read, without a word: an empty one would delete everything. A single key is refused instead.
    private Task RequirePermissionAsync(string prefix, CancellationToken cancellationToken) =>
        http.ReadAsync($"{PathOf(PlainPart(prefix).Length == 0 ? PrivateKeys.Nothing : prefix)}?consistent", cancellationToken);

    private static bool IsShown(string key, string prefix) => key.StartsWith(prefix, StringComparison.Ordinal) && !PrivateKeys.Contain(key);

    private static string PathOf(string prefix) => "/v1/kv/" + string.Join('/', PlainPart(prefix).Split('/').Select(Uri.EscapeDataString));

    /// <summary>
    /// The longest beginning that arrives as it is in a path: servers redirect empty segments, "." and "..", and refuse what they do not know as printable.
    /// A list of it is narrowed by <see cref="IsShown"/>.
    /// </summary>
    private static string PlainPart(string prefix)
    {
        var odd = prefix.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        var segments = (odd < 0 ? prefix : prefix[..odd]).Split('/');
        var kept = Array.FindIndex(segments, segment => segment is "" or "." or "..");
        // An empty last segment is only the end of a folder.
        return kept < 0 || (kept == segments.Length - 1 && segments[kept].Length == 0) ? string.Join('/', segments) : string.Join('/', [.. segments[..kept], ""]);
    }
}
