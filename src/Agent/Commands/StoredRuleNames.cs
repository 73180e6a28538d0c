using System.Text.Json;
using Cilium.Framework.Policies;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Commands;

/// <summary>Names of the rules behind cookies for verbs that work without a running agent: from the file in which an agent remembers its rules, read only.</summary>
/// <param name="explainer">Null when there is no such file, or it cannot be read: then numbers are shown.</param>
internal sealed class StoredRuleNames(PolicyExplainer? explainer)
{
    /// <summary>Reads the file of a state directory. Takes no lock: a running agent replaces the file as a whole.</summary>
    public static StoredRuleNames Read(string stateDirectory)
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(stateDirectory, RuleRegistry.FileName)), RulesStateJson.Default.RulesState);
            return new(state is null ? null : new PolicyExplainer(RuleRegistry.Restore(state)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or FormatException or Errors.CiliumException)
        {
            return new(null);
        }
    }

    /// <summary>Such as <c>default/web ingress[0]</c>; <c>-</c> when no rule had to decide.</summary>
    public string Of(RuleCookie cookie) => cookie == RuleCookie.None ? "-" : explainer?.Name(cookie) ?? cookie.ToString();
}
