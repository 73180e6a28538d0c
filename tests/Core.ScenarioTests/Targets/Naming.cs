using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>Words for numbers: what a scenario says instead.</summary>
internal sealed class Naming
{
    private readonly Dictionary<NumericIdentity, string> _labels = [];

    /// <summary>Number of a prefix's identity -> the prefix.</summary>
    public Func<NumericIdentity, IpPrefix?> PrefixOf { get; set; } = _ => null;

    public void Learn(NumericIdentity id, string labels) => _labels[id] = labels;

    /// <summary>Such as <c>app=db</c>.</summary>
    public string Subject(NumericIdentity id) => _labels.GetValueOrDefault(id, id.ToString());

    /// <summary>Such as <c>1001</c>, <c>192.0.2.0/24</c> or <c>host</c>.</summary>
    public string Remote(NumericIdentity id)
    {
        if (id == NumericIdentity.Host)
            return "host";
        return PrefixOf(id)?.ToString() ?? id.ToString();
    }
}
