using System.Diagnostics;
using Cilium.Framework.Client;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.Packaging.Tests.Package;

/// <summary>From one package to the next, which keeps connections in another layout, under traffic: as the control scripts and the service manager do it.</summary>
[Collection("packages")]
[Trait("Needs", "Root")]
public sealed class UpgradeTests(BuiltPackages packages)
{
    private const int Port = 7000, IdlePort = 7001;

    /// <summary>client accepts no flow; server takes both ports from client.</summary>
    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: upgrade}
        specs:
          - endpointSelector: {matchLabels: {app: client}}
            ingress: [{fromEndpoints: [{matchLabels: {app: nobody}}]}]
          - endpointSelector: {matchLabels: {app: server}}
            ingress:
              - fromEndpoints: [{matchLabels: {app: client}}]
                toPorts: [{ports: [{port: "7000", protocol: ANY}, {port: "7001", protocol: TCP}]}]
        """;

    [Fact]
    public async Task Endpoints_and_connections_live_through_an_upgrade_and_a_downgrade_that_cannot_be_is_refused()
    {
        await using var machine = await ScratchMachine.StartAsync(packages.Folder);
        await machine.DoAsync($"dpkg -i /media/{packages.Old}; printf 'ipv6: {{ enabled: true, pod-cidr: \"fd00:1::/64\" }}\\n' >>/etc/cilium/cilium.yaml");
        using var client = new CiliumClient(machine.PathOf("/run/cilium/cilium.sock"));
        using var old = await StartAsync(machine, client);
        var pods = new List<LabPod>();
        try
        {
            foreach (var name in (string[])["client", "server"])
                pods.Add(await LabPod.CreateAsync(client, machine.Network, $"u{Environment.ProcessId}-{name}", name, "lxc-" + name, [$"k8s:app={name}"], Checkout.Cancelled));
            await ThroughAsync(machine, client, old, pods[0], pods[1]);
        }
        finally
        {
            foreach (var pod in pods)
                pod.Namespace.Delete();
        }
    }

    private async Task ThroughAsync(ScratchMachine machine, CiliumClient api, Process old, LabPod client, LabPod server)
    {
        await EnforceAsync(api);
        using var idle4 = await IdleConnection.OpenAsync(client, server, server.IPv4, IdlePort, Checkout.Cancelled);
        using var idle6 = await IdleConnection.OpenAsync(client, server, server.IPv6, IdlePort, Checkout.Cancelled);
        await using var datagrams = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Port, TimeSpan.FromMilliseconds(1), expectArrival: true, Checkout.Cancelled);
        await using var denied = await DatagramStream.StartAsync(
            client.Namespace, server.Namespace, server.IPv4, Port + 2, TimeSpan.FromMilliseconds(1), expectArrival: false, Checkout.Cancelled, freshPorts: true);
        var before = await DescribeAsync(api);

        await StopAsync(machine, old);
        await machine.DoAsync($"dpkg -i /media/{packages.New}");
        using var next = await StartAsync(machine, api);
        var said = "";
        await Eventually.TrueAsync(async () => (said = await MigrationAsync(api)).Contains("ended at", StringComparison.Ordinal), "connections have moved", 60);

        Assert.Matches("^[1-9][0-9]* connections moved from (the kernel's hash|the table of our own) \\(layout 0\\) to \\1 \\(layout 1\\); ended at ", said);
        Assert.Equal(before, await DescribeAsync(api));
        await idle4.AnswersAsync(Checkout.Cancelled);
        await idle6.AnswersAsync(Checkout.Cancelled);

        await StopAsync(machine, next);
        await machine.DoAsync($"dpkg -i /media/{packages.Old}");
        var (status, output) = await machine.RunAsync("cilium-agent 2>&1");
        Assert.NotEqual(0, status);
        Assert.Contains("have layout 1; this version reads layouts up to 0", output, StringComparison.Ordinal);
        await idle6.AnswersAsync(Checkout.Cancelled);

        Assert.Equal(0, (await denied.StopAsync()).Received);
        var passed = await datagrams.StopAsync();
        Assert.Equal((0, 0), (passed.Lost, passed.SocketDrops));
    }

    private static async Task EnforceAsync(CiliumClient api)
    {
        var revision = (await api.PutPolicyAsync(Policy, Checkout.Cancelled)).Revision;
        await Eventually.TrueAsync(async () => (await api.ListEndpointsAsync(Checkout.Cancelled)).All(endpoint => endpoint.Status.Policy.PolicyRevision >= revision), "every endpoint enforces the policy");
    }

    private static async Task<string> DescribeAsync(CiliumClient api) => string.Join(
        '\n', (await api.ListEndpointsAsync(Checkout.Cancelled)).Select(endpoint => $"{endpoint.Id} {endpoint.Status.Identity?.Id} {endpoint.Status.Networking.Addressing[0].Ipv4}"));

    private static async Task<string> MigrationAsync(CiliumClient api) =>
        (await api.GetStatusAsync(Checkout.Cancelled)).Health.SingleOrDefault(entry => entry.Path.EndsWith(".migration", StringComparison.Ordinal))?.Message ?? "";

    private static async Task<Process> StartAsync(ScratchMachine machine, CiliumClient api)
    {
        var agent = machine.Start("exec cilium-agent");
        await Eventually.TrueAsync(() => IsWellAsync(api), "the installed agent is well", 60);
        return agent;
    }

    private static async Task<bool> IsWellAsync(CiliumClient api)
    {
        try
        {
            return (await api.GetStatusAsync(Checkout.Cancelled)).Cilium.State == "Ok";
        }
        catch (ApiException)
        {
            return false;
        }
    }

    private static async Task StopAsync(ScratchMachine machine, Process agent)
    {
        await machine.DoAsync("kill $(pidof cilium-agent)");
        await agent.WaitForExitAsync(Checkout.Cancelled);
    }
}
