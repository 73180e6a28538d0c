using Cilium.Framework.Kvstore.Consul.Commits;
using Cilium.Framework.Kvstore.Consul.Http;
using Cilium.Framework.Kvstore.Consul.Model;

namespace Cilium.Framework.Kvstore.Consul;

/// <summary>Reads keys of a prefix. Knows what an empty answer means.</summary>
internal sealed class Reader(ConsulHttp http)
{
    public async Task<KvPair?> GetAsync(string key, CancellationToken cancellationToken)
    {
        if (HasDots(key))
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
        http.ReadAsync($"{PathOf(prefix.Length == 0 ? PrivateKeys.Nothing : prefix)}?consistent", cancellationToken);

    private static bool IsShown(string key, string prefix) => key.StartsWith(prefix, StringComparison.Ordinal) && !PrivateKeys.Contain(key);

    // Segments "." and ".." do not survive in a path: the list begins before them, and is narrowed by IsShown.
    private static string PathOf(string prefix)
    {
        var segments = prefix.Split('/');
        string[] asked = HasDots(prefix) ? [.. segments.TakeWhile(segment => !IsDots(segment)), ""] : segments;
        return "/v1/kv/" + string.Join('/', asked.Select(Uri.EscapeDataString)).TrimStart('/');
    }

    private static bool HasDots(string key) => key.Split('/').Any(IsDots);

    private static bool IsDots(string segment) => segment is "." or "..";
}
