using System.Diagnostics;

namespace Cilium.Framework.Packaging.Tests.Package;

/// <summary>Installed, upgraded, removed and purged by dpkg on a machine of its own, with a real agent in between.</summary>
[Collection("packages")]
[Trait("Needs", "Root")]
public class PackageLifeTests(BuiltPackages packages)
{
    private const string Pins = "find /run/cilium/bpffs -name 'prog_*' 2>/dev/null | wc -l";

    private Task<ScratchMachine> MachineAsync() => ScratchMachine.StartAsync(packages.Folder);

    [Fact]
    public async Task An_upgrade_keeps_settings_state_and_what_is_in_the_kernel()
    {
        await using var machine = await MachineAsync();
        await machine.DoAsync($"dpkg -i /media/{packages.Old}; echo 'node: {{ name: renamed }}' >>/etc/cilium/cilium.yaml");
        using (var agent = await RunAgentAsync(machine))
            await StopAsync(machine, agent);
        var before = await machine.DoAsync(Pins);
        await machine.DoAsync($"dpkg -i /media/{packages.New}");
        Assert.Equal("0.1.0", await machine.DoAsync("dpkg-query -W -f '${Version}' cilium-framework"));
        Assert.Equal(before, await machine.DoAsync(Pins));
        Assert.NotEqual("0\n", before);
        using var again = await RunAgentAsync(machine);
        Assert.Contains("renamed", await machine.DoAsync("cilium status"), StringComparison.Ordinal);
        Assert.Contains(" root cilium ", await machine.DoAsync("ls -l /run/cilium/cilium.sock"), StringComparison.Ordinal);
        await StopAsync(machine, again);
    }

    [Fact]
    public async Task A_removal_leaves_what_is_in_the_kernel_and_a_purge_takes_everything()
    {
        await using var machine = await MachineAsync();
        var before = await machine.DoAsync("ls /usr/bin /usr/lib /etc /var/lib");
        await machine.DoAsync($"dpkg -i /media/{packages.New}");
        using (var agent = await RunAgentAsync(machine))
            await StopAsync(machine, agent);

        Assert.Contains("stay in the kernel", await machine.DoAsync("dpkg -r cilium-framework"), StringComparison.Ordinal);
        Assert.NotEqual("0\n", await machine.DoAsync(Pins));
        Assert.Contains("cilium_host", await machine.DoAsync("ls /sys/class/net"), StringComparison.Ordinal);
        await machine.DoAsync("test -e /etc/cilium/cilium.yaml && test -e /var/lib/cilium/identities.json && test ! -e /usr/lib/cilium-framework");

        await machine.DoAsync("dpkg -P cilium-framework");
        Assert.Equal("0\n", await machine.DoAsync(Pins));
        Assert.DoesNotContain("cilium_host", await machine.DoAsync("ls /sys/class/net"), StringComparison.Ordinal);
        Assert.Equal(before, await machine.DoAsync("ls /usr/bin /usr/lib /etc /var/lib"));
        await machine.DoAsync("test ! -e /run/cilium");
    }

    [Fact]
    public async Task A_purge_without_a_removal_is_refused_while_an_agent_runs_and_takes_everything_when_repeated()
    {
        await using var machine = await MachineAsync();
        await machine.DoAsync($"dpkg -i /media/{packages.New}");
        using var agent = await RunAgentAsync(machine);
        var (status, output) = await machine.RunAsync("dpkg -P cilium-framework 2>&1");
        Assert.NotEqual(0, status);
        Assert.Contains("CF1002", output, StringComparison.Ordinal);
        Assert.Contains("the clean-up failed", output, StringComparison.Ordinal);
        Assert.NotEqual("0\n", await machine.DoAsync(Pins));
        await StopAsync(machine, agent);
        await machine.DoAsync("dpkg -P cilium-framework");
        Assert.Equal("0\n", await machine.DoAsync(Pins));
        await machine.DoAsync("test ! -e /run/cilium && test ! -e /var/lib/cilium && test ! -e /usr/lib/cilium-framework.removed");
    }

    /// <summary>A folder that sees the devices of a machine where another installation is at work.</summary>
    [Fact]
    public async Task A_purge_where_no_agent_ran_leaves_the_devices_of_others()
    {
        await using var machine = await MachineAsync();
        await machine.DoAsync($"ip link add cilium_host type veth peer name cilium_net; dpkg -i /media/{packages.New}; dpkg -P cilium-framework");
        Assert.Contains("cilium_host", await machine.DoAsync("ls /sys/class/net"), StringComparison.Ordinal);
    }

    // What the unit would do, without a service manager.
    private static async Task<Process> RunAgentAsync(ScratchMachine machine)
    {
        var agent = machine.Start("exec cilium-agent");
        await Eventually.TrueAsync(async () => (await machine.RunAsync("cilium status")).Output.Contains("Cilium:     Ok", StringComparison.Ordinal), "the installed agent is well", 60);
        return agent;
    }

    private static async Task StopAsync(ScratchMachine machine, Process agent)
    {
        await machine.DoAsync("kill $(pidof cilium-agent)");
        await agent.WaitForExitAsync(Checkout.Cancelled);
    }
}
