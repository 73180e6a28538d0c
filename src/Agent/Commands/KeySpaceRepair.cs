using System.Globalization;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Fsck;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Agent.Commands;

/// <summary>Reads the keys that nodes share, prints what is wrong with them, and mends it when asked to.</summary>
/// <param name="store">The store; started.</param>
/// <param name="name">What it is called, for texts.</param>
/// <param name="time">The clock.</param>
/// <param name="output">Where to.</param>
internal sealed class KeySpaceRepair(IKvstore store, string name, TimeProvider time, TextWriter output)
{
    /// <summary>A key that is removed may show that another one is missing; more than this is a store that others change meanwhile.</summary>
    private const int MostPasses = 4;

    /// <returns>False: something is wrong, or was not mended.</returns>
    /// <exception cref="Errors.CiliumException">The store cannot be reached.</exception>
    public async Task<bool> RunAsync(bool repairs, CancellationToken ct)
    {
        var (findings, keys) = await CheckAsync(ct);
        await ShowAsync(findings);
        for (var pass = 1; repairs && pass < MostPasses && findings.Any(finding => finding.Deeds.Count > 0); pass++)
        {
            foreach (var deed in findings.SelectMany(finding => finding.Deeds))
                await MendAsync(deed, ct);
            (findings, keys) = await CheckAsync(ct);
        }

        var wrong = findings.Where(finding => !finding.IsInformation).ToList();
        var mendable = wrong.Count(finding => finding.Deeds.Count > 0);
        await output.WriteLineAsync(
            wrong.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"ok: {keys} keys")
            : repairs ? string.Create(CultureInfo.InvariantCulture, $"{wrong.Count} findings are left: {string.Join(", ", wrong.Select(finding => KeySpaceFinding.Shown(finding.Key)))}")
            : string.Create(CultureInfo.InvariantCulture, $"{wrong.Count} findings in {keys} keys, {mendable} of them can be mended with --repair"));
        return wrong.Count == 0;
    }

    private async Task<(IReadOnlyList<KeySpaceFinding> Findings, int Keys)> CheckAsync(CancellationToken ct)
    {
        var entries = new List<KvEntry>();
        foreach (var folder in KeySpaceCheck.Folders)
            entries.AddRange(await StorePatience.WithinAsync(name, StorePatience.WholeStore, time, stop => store.ListAsync(folder, stop), ct));
        return (KeySpaceCheck.Check(entries, IdentityKeys.Of(store)), entries.Count);
    }

    private async Task ShowAsync(IReadOnlyList<KeySpaceFinding> findings)
    {
        foreach (var finding in findings)
            await output.WriteLineAsync($"{(finding.IsInformation ? "Info" : "Error")}: {finding}");
    }

    private async Task MendAsync(KeySpaceDeed deed, CancellationToken ct)
    {
        var result = await StorePatience.WithinAsync(name, StorePatience.Asked, time, stop => store.CommitAsync(deed.Conditions, [deed.Operation], stop), ct);
        await output.WriteLineAsync(result.Succeeded ? $"Mended: {deed.Text}" : $"Not mended, it has changed meanwhile: {KeySpaceFinding.Shown(deed.Operation.Key)}");
    }
}
