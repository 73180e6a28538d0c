using System.CommandLine;
using Cilium.Framework.Client;
using Cilium.Framework.Policies.Documents;

namespace Cilium.Framework.Agent.Commands;

/// <summary><c>cilium-agent policy validate FILE</c>: checks a document without an agent.</summary>
internal static class PolicyCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "YAML or JSON; - for standard input." };
        var validate = new Command("validate", "Checks a policy document as an import would, and changes nothing.") { file };
        validate.SetAction(async (parsed, ct) =>
        {
            var path = parsed.GetRequiredValue(file);
            string text;
            try
            {
                text = path == "-" ? await Console.In.ReadToEndAsync(ct) : await File.ReadAllTextAsync(path, ct);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"cilium-agent: {path}: {FailureText.Of(exception)}.");
                return 1;
            }

            var policies = PolicyParser.Parse(text);
            await Console.Out.WriteLineAsync($"ok: {policies.Count} policies, {policies.Sum(policy => policy.Rules.Count)} rules");
            return 0;
        });
        return new Command("policy", "Policy documents.") { validate };
    }
}
