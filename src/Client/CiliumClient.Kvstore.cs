using System.Text;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Client;

/// <content>What the nodes share.</content>
public sealed partial class CiliumClient
{
    /// <summary>One key; refused with 404 when it does not exist.</summary>
    /// <param name="key">The key.</param>
    public Task<IReadOnlyList<KvstoreEntry>> GetKeyAsync(string key, CancellationToken ct = default) => GetAsync($"kvstore?key={Escape(key)}", ApiJson.Default.IReadOnlyListKvstoreEntry, ct);

    /// <summary>All keys that start with a text; empty for everything.</summary>
    /// <param name="prefix">Compared as text.</param>
    public Task<IReadOnlyList<KvstoreEntry>> ListKeysAsync(string prefix, CancellationToken ct = default) =>
        GetAsync($"kvstore?key={Escape(prefix)}&recursive=true", ApiJson.Default.IReadOnlyListKvstoreEntry, ct);

    /// <summary>Creates or replaces a key.</summary>
    public Task<KvstoreChange> SetKeyAsync(string key, string value, CancellationToken ct = default) => SendAsync(
        HttpMethod.Put, $"kvstore?key={Escape(key)}", new StringContent(value, Encoding.UTF8, "text/plain"), ApiJson.Default.KvstoreChange, ct);

    /// <summary>Removes a key, or all that start with it; refused with 404 when there is none.</summary>
    public Task<KvstoreChange> DeleteKeyAsync(string key, bool isRecursive, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Delete, $"kvstore?key={Escape(key)}{(isRecursive ? "&recursive=true" : "")}", null, ApiJson.Default.KvstoreChange, ct);

    /// <summary>What is there, then what changes, until cancelled.</summary>
    /// <param name="prefix">Compared as text; empty for everything.</param>
    public IAsyncEnumerable<KvstoreEvent> WatchKeysAsync(string prefix, CancellationToken ct = default) => ReadLinesAsync($"kvstore/watch?prefix={Escape(prefix)}", ApiJson.Default.KvstoreEvent, ct);
}
