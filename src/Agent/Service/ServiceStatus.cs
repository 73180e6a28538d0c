using System.Globalization;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Health;

namespace Cilium.Framework.Agent.Service;

/// <summary>How the agent is, in the line that <c>systemctl status</c> shows.</summary>
internal sealed class ServiceStatus(NodeRuntime node, HealthTree health)
{
    public string Line()
    {
        var degraded = health.Snapshot().Where(report => report.Level == HealthLevel.Degraded).ToList();
        var line = string.Create(CultureInfo.InvariantCulture, $"{node.Tables.EndpointRequests.Count} endpoints, policy revision {node.Rules.Current.Revision}");
        return degraded.Count == 0 ? line : string.Create(CultureInfo.InvariantCulture, $"{line}; {degraded.Count} parts are degraded, one of them: {degraded[0].Path}: {degraded[0].Message}");
    }
}
