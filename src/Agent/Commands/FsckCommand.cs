using System.CommandLine;
using System.Globalization;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Commands;

/// <summary><c>cilium-agent fsck [--repair]</c>: checks what nodes share in the store. Of the plugins only the store is started.</summary>
internal static class FsckCommand
{
    public static Command Create()
    {
        var repair = new Option<bool>("--repair") { Description = "Mend what is safe to mend, and print each deed." };
        var command = new Command("fsck", "Checks identities, nodes and addresses in the store. Status 1 when something is wrong.") { repair };
        command.SetAction(async (parsed, ct) =>
        {
            var configuration = Settings.Load(parsed).ThrowIfInvalid();
            var name = configuration.Options.Providers["kvstore"];
            await using var plugins = await OfflinePlugins.LoadAsync(configuration);
            await using var store = plugins.Set.Kvstore;
            // Held as long as this runs.
            using var held = store.Capabilities.HasFlag(KvstoreCapabilities.Shared) ? null : Hold(configuration, name);
            await store.StartAsync(ct);
            return await new KeySpaceRepair(store, name, TimeProvider.System, Console.Out).RunAsync(parsed.GetValue(repair), ct) ? 0 : 1;
        });
        return command;
    }

    /// <summary>A store in files is one process's. One that does not exist is not made, or it would be called clean.</summary>
    private static StateDirectory Hold(LoadedConfiguration configuration, string name)
    {
        var directory = configuration.Options.StateDirectory;
        if (!Directory.Exists(directory))
            throw new CiliumException(ErrorKind.Invalid, $"fsck: the store {name} keeps its keys in the state directory, and {directory} does not exist: no agent ran with these settings. Nothing was checked. See --config and state-dir.");
        try
        {
            return StateDirectory.Open(directory);
        }
        catch (CiliumException exception) when (exception.Kind == ErrorKind.Conflict)
        {
            throw new CiliumException(
                ErrorKind.Conflict, string.Create(CultureInfo.InvariantCulture, $"fsck: the store {name} is open in the running agent of {directory}. Nothing was checked. Stop the agent first, or look with cilium kvstore get --recursive."), exception);
        }
    }
}
