using System.Text;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>Real servers of a store, and how to command them without any agent.</summary>
public abstract class StoreServers : IDisposable
{
    /// <summary>Beginning of every key that the nodes share.</summary>
    protected const string Shared = "cilium/";

    /// <summary>Settings of an agent that uses them.</summary>
    public abstract IReadOnlyList<string> Settings { get; }

    /// <summary>Seconds after which nothing of a dead node is left: its lease, as late as the store may notice, and as long again as a busy machine needs.</summary>
    public abstract int GoneWithin { get; }

    /// <summary>Ends them as a crash would.</summary>
    public abstract Task KillAsync(CancellationToken ct);

    /// <summary>Starts them again over their data, and waits until they answer; nothing happens when they run.</summary>
    public abstract Task RunAsync(CancellationToken ct);

    /// <summary>Every key that the nodes share, with its value.</summary>
    public abstract Task<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken ct);

    /// <summary>Writes a key that belongs to nobody.</summary>
    public abstract Task WriteAsync(string key, string value, CancellationToken ct);

    /// <summary>A label set as keys and values of this store have it.</summary>
    /// <param name="labels">Each with its <c>;</c>.</param>
    public virtual string LabelsOf(string labels) => labels;

    /// <summary>Removes a key; fails when it is not there.</summary>
    public abstract Task DeleteAsync(string key, CancellationToken ct);

    /// <summary>Removes all keys.</summary>
    public abstract Task DeleteAllAsync(CancellationToken ct);

    public abstract void Dispose();

    protected static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    protected static string Decode(string? text) => Encoding.UTF8.GetString(Convert.FromBase64String(text ?? ""));
}
