using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>In a network namespace of its own, whose <c>lo</c> stands for a device that is not ours.</summary>
[Trait("Needs", "Root")]
public sealed class ChangedSysctlsTests : IDisposable
{
    private const string Filter = "ipv4/conf/lo/rp_filter", Forwarding = "ipv4/conf/lo/forwarding";

    private readonly TemporaryFolder _folder = new();
    private readonly NetworkNamespace _machine;

    public ChangedSysctlsTests()
    {
        Require.Root();
        _machine = NetworkNamespace.Create($"sysctl{Environment.ProcessId}");
        Set(Filter, 2);
        Set(Forwarding, 0);
    }

    public void Dispose()
    {
        _machine.Delete();
        _folder.Dispose();
    }

    [Fact]
    public void What_agents_changed_is_set_back_to_what_it_was_before_the_first_of_them()
    {
        Open();
        Set(Filter, 1);
        Open();
        Assert.Equal((0, 1), (Get(Filter), Get(Forwarding)));
        Assert.Equal(["setting net.ipv4.conf.lo.forwarding, which is 0 again", "setting net.ipv4.conf.lo.rp_filter, which is 2 again"], Restore());
        Assert.Equal((2, 0), (Get(Filter), Get(Forwarding)));
        Assert.Empty(Restore());
    }

    [Fact]
    public void What_somebody_else_has_set_since_stays()
    {
        Open();
        Set(Filter, 1);
        Assert.Equal(["setting net.ipv4.conf.lo.forwarding, which is 0 again"], Restore());
        Assert.Equal(1, Get(Filter));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ipv4/conf/lo/rp_fil")]
    [InlineData("ipv4/conf/gone0/rp_filter 1 0")]
    public void A_line_that_was_not_written_whole_and_a_device_that_is_gone_are_passed_over(string line)
    {
        File.WriteAllText(_folder["changed-sysctls"], line);
        Assert.Empty(Restore());
        Assert.Equal(2, Get(Filter));
    }

    [Fact]
    public void A_line_that_was_not_written_whole_takes_no_other_with_it()
    {
        File.WriteAllText(_folder["changed-sysctls"], "ipv4/conf/lo/rp_filter 2");
        Open();
        Assert.Equal(2, Restore().Count);
        Assert.Equal((2, 0), (Get(Filter), Get(Forwarding)));
    }

    private void Open() => _machine.Run(() =>
    {
        var changed = new ChangedSysctls(_folder.Path);
        changed.Write(Filter, 0);
        changed.Write(Forwarding, 1);
        changed.Write("ipv4/conf/none0/forwarding", 1);
    });

    private List<string> Restore() => _machine.Run(() => new ChangedSysctls(_folder.Path).Restore().ToList());

    private int? Get(string name) => _machine.Run(() => Sysctl.Read(name));

    private void Set(string name, int value) => _machine.Run(() => Sysctl.WriteIfPresent(name, value));
}
