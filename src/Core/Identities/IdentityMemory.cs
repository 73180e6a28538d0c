using System.Text.Json.Serialization;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>Keeps on the disk which numbers were seen in the store: after a restart they mean what they meant, also when the store cannot be reached or has lost them.</summary>
/// <param name="stored">What is seen.</param>
/// <param name="file">Where it is kept.</param>
/// <param name="time">The clock.</param>
internal sealed class IdentityMemory(IReadTable<NumericIdentity, StoredIdentityRow> stored, StateFile<SeenIdentities> file, TimeProvider time)
{
    public const string FileName = "identities-seen.json";

    /// <summary>Changes within this time are written together: what is lost by a crash is read from the store again.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(2);

    private IReadOnlyDictionary<string, uint> _written = new Dictionary<string, uint>();

    /// <summary>There is a file, of this process or an earlier one.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>What an earlier process left.</summary>
    /// <exception cref="Errors.CiliumException">It cannot be read.</exception>
    public IReadOnlyList<IdentityRow> Load() => file.Read(seen =>
    {
        (_written, IsKnown) = (seen.Numbers, true);
        return seen.Numbers.Select(pair => new IdentityRow(new NumericIdentity(pair.Value), LabelSet.FromKey(pair.Key))).ToList();
    }) ?? [];

    /// <summary>Runs until cancelled, or until the disk fails: then whoever runs the loop starts it again.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        var wake = new Wake();
        using var onChange = stored.Attach(wake);
        try
        {
            while (true)
            {
                Keep();
                await wake.WaitAsync(ct);
                // The first list at once: an agent that finds no file takes the store for one that it has never seen.
                if (IsKnown)
                    await Task.Delay(Together, time, ct);
            }
        }
        finally
        {
            Keep();
        }
    }

    private void Keep()
    {
        // Half a list would make the next agent forget the rest.
        if (!stored.IsInitialized)
            return;
        var seen = stored.GroupBy(row => row.Labels.ToKey()).ToDictionary(group => group.Key, group => group.MaxBy(row => row.Revision)!.Id.Value);
        if (IsKnown && _written.Count == seen.Count && _written.All(pair => seen.TryGetValue(pair.Key, out var id) && id == pair.Value))
            return;
        file.Write(new SeenIdentities(seen));
        (_written, IsKnown) = (seen, true);
    }
}

/// <summary>Numbers seen in the store.</summary>
/// <param name="Numbers">By label set, as the store writes it.</param>
public sealed record SeenIdentities(IReadOnlyDictionary<string, uint> Numbers)
{
    /// <summary>See <see cref="StateFormat"/>.</summary>
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StateFormat.Newest;
}

/// <summary>JSON of <see cref="SeenIdentities"/>.</summary>
[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SeenIdentities))]
public sealed partial class SeenIdentitiesJson : JsonSerializerContext;
