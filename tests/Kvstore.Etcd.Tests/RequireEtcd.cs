using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>Without etcd a test is skipped; it fails when <c>CI</c> is set, so that nothing is skipped unnoticed.</summary>
internal static class RequireEtcd
{
    public static void Now()
    {
        if (EtcdProgram.Find() is not null)
            return;
        const string Reason = "this test needs etcd (eng/etcd.sh unpacks it)";
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            Assert.Fail($"{Reason}, and CI is set");
        Assert.Skip(Reason);
    }
}
