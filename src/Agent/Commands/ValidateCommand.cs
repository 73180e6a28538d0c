using System.CommandLine;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Datapath;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Agent.Commands;

/// <summary><c>cilium-agent validate</c>: everything that a start would check, without starting anything.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var command = new Command("validate", "Checks settings, plugins and this machine as a start would, and changes nothing.");
        command.SetAction(async (parsed, ct) =>
        {
            var configuration = Settings.Load(parsed).ThrowIfInvalid();
            await using var plugins = await OfflinePlugins.LoadAsync(configuration);
            var findings = await plugins.Set.Datapath.ProbeAsync(ct);
            foreach (var finding in findings)
                await (finding.Severity == ProbeSeverity.Fatal ? Console.Error : Console.Out).WriteLineAsync($"{finding.Severity}: {finding.Subject}: {finding.Message}");
            if (findings.Any(finding => finding.Severity == ProbeSeverity.Fatal))
                throw new CiliumException(ErrorKind.Unsupported, "CF1101 this machine cannot run the selected datapath; see the fatal findings above.");
            await Console.Out.WriteLineAsync($"ok: {configuration.Settings.Count} settings, plugins {string.Join(", ", plugins.Set.Descriptions.Select(plugin => plugin.Id))}");
            return 0;
        });
        return command;
    }
}
