using System.CommandLine;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Commands;

/// <summary><c>cilium-agent cleanup</c>: takes away what agents ever set up on this node. Refused while one runs.</summary>
internal static class CleanupCommand
{
    public static Command Create()
    {
        var force = new Option<bool>("--force") { Description = "Do it." };
        var command = new Command("cleanup", "Removes programs, maps, devices and routes of a stopped agent.") { force };
        command.SetAction(async (parsed, ct) =>
        {
            var configuration = Settings.Load(parsed).ThrowIfInvalid();
            using var state = StateDirectory.Open(configuration.Options.StateDirectory);
            await using var plugins = await OfflinePlugins.LoadAsync(configuration);
            if (!parsed.GetValue(force))
            {
                var endpoints = await plugins.Set.Datapath.View.ListEndpointsAsync(ct);
                await Console.Out.WriteLineAsync($"Would remove programs, maps, devices and routes of this node; {endpoints.Count} endpoints would lose their connections. Give --force to do it.");
                return 0;
            }

            await plugins.Set.Routing.InitializeAsync(ct);
            var routes = await plugins.Set.Routing.NodeRoutes.PruneAsync([], ct);
            foreach (var line in await plugins.Set.Datapath.RemoveAllAsync(ct))
                await Console.Out.WriteLineAsync(line);
            await Console.Out.WriteLineAsync($"{routes} routes");
            return 0;
        });
        return command;
    }
}
