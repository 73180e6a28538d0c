using System.CommandLine;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routes;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Agent.NodeHealth;
using Cilium.Framework.Agent.Privileges;
using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Commands;

/// <summary><c>cilium-agent cleanup</c>: takes away what agents ever set up on this node. Refused while one runs, and in another network namespace than the last one ran in.</summary>
internal static class CleanupCommand
{
    public static Command Create()
    {
        var force = new Option<bool>("--force") { Description = "Do it." };
        var state = new Option<bool>("--state") { Description = "Also remove what the agent was told: endpoints, rules, identities, leases; and give back ranges that it claimed." };
        var command = new Command("cleanup", "Removes programs, maps, devices and routes of a stopped agent.") { force, state };
        command.SetAction(async (parsed, ct) =>
        {
            var configuration = Settings.Load(parsed).ThrowIfInvalid();
            foreach (var line in Targets(configuration))
                await Console.Error.WriteLineAsync(line);
            RefuseElsewhere(NodeMark.Read(parsed.GetValue(Settings.File)), NodeMark.Here());
            var directory = configuration.Options.StateDirectory;
            // Held as long as this runs. One that does not exist is nobody's, and is not made.
            using var held = File.Exists(Path.Combine(directory, "lock")) ? StateDirectory.Open(directory) : null;
            await using var plugins = await OfflinePlugins.LoadAsync(configuration);
            if (parsed.GetValue(force))
                await RemoveAsync(plugins, configuration.Options, parsed.GetValue(state), ct);
            else
                await AnnounceAsync(plugins, directory, parsed.GetValue(state), ct);
            return 0;
        });
        return command;
    }

    /// <summary>What the settings point at; a wrong socket would mean another node.</summary>
    internal static IEnumerable<string> Targets(LoadedConfiguration configuration)
    {
        yield return $"State directory: {configuration.Options.StateDirectory}";
        yield return $"Run directory:   {configuration.Options.RunDirectory}";
        if (BpfFolder.Of(configuration) is { } folder)
            yield return $"BPF file system: {folder}";
    }

    /// <summary>Pins can be removed from everywhere, devices and routes only where they are: half a cleanup is worse than none.</summary>
    internal static void RefuseElsewhere(NodeMark? last, NodeMark here)
    {
        if (last is null || last.Boot != here.Boot || last.Namespace == here.Namespace || last.FindPath() is not { } path)
            return;
        throw new CiliumException(
            ErrorKind.Denied,
            $"The last agent ran in the network namespace {last.Namespace}, this is {here.Namespace}: its devices and routes cannot be seen from here. Nothing was removed. Enter it first: nsenter --net={path} cilium cleanup");
    }

    private static async Task AnnounceAsync(OfflinePlugins plugins, string directory, bool withState, CancellationToken ct)
    {
        var endpoints = await plugins.Set.Datapath.View.ListEndpointsAsync(ct);
        var also = withState ? $", and what the agent was told in {directory}" : "";
        await Console.Out.WriteLineAsync($"Would remove programs, maps, devices and routes of this node{also}; {endpoints.Count} endpoints would lose their connections. Give --force to do it.");
    }

    private static async Task RemoveAsync(OfflinePlugins plugins, AgentOptions options, bool withState, CancellationToken ct)
    {
        var directory = options.StateDirectory;
        await plugins.Set.Routing.InitializeAsync(ct);
        var routes = await plugins.Set.Routing.NodeRoutes.PruneAsync([], ct);
        foreach (var line in await plugins.Set.Datapath.RemoveAllAsync(ct))
            await Console.Out.WriteLineAsync(line);
        await Console.Out.WriteLineAsync($"{routes} routes");
        using (var netlink = RouteNetlink.Open())
        {
            foreach (var device in LeftDevices.Remove(netlink, plan: null))
                await Console.Out.WriteLineAsync($"device {device}");
        }

        if (HealthNamespace.Remove(options.RunDirectory))
            await Console.Out.WriteLineAsync("health endpoint");
        if (withState)
        {
            foreach (var line in await ClaimedRanges.ReleaseAsync(plugins.Set.Kvstore, options, ct))
                await Console.Out.WriteLineAsync(line);
            foreach (var file in StoredState.Remove(directory))
                await Console.Out.WriteLineAsync($"state {file}");
        }
        else if (StoredState.Files(directory).Count > 0)
        {
            await Console.Out.WriteLineAsync($"{directory} stays: the next start brings its endpoints, rules and leases back. --force --state removes it too.");
        }
    }
}
