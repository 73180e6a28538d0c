using Cilium.Framework.Lab;

namespace Cilium.Framework.Demo;

/// <summary>Brings the files of policies/ to a node and takes them away; returns when every endpoint of the node enforces that.</summary>
internal sealed class RuleFiles(LabNode node)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public async Task ImportAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        long revision = 0;
        foreach (var name in names)
            revision = (await node.Agent.Client.PutPolicyAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "policies", name), ct), ct)).Revision;
        await WaitForAsync(revision, ct);
    }

    public async Task RemoveAsync(string name, CancellationToken ct) =>
        await WaitForAsync((await node.Agent.Client.DeletePolicyAsync([$"k8s:io.cilium.k8s.policy.name={name}"], ct)).Revision, ct);

    private async Task WaitForAsync(long revision, CancellationToken ct)
    {
        // Nothing tells when the last endpoint enforces a revision; the demo's own deadline ends the asking.
        while ((await node.Agent.Client.ListEndpointsAsync(ct)).Any(endpoint => endpoint.Status.Policy.PolicyRevision < revision))
            await Task.Delay(Pause, TimeProvider.System, ct);
    }
}
