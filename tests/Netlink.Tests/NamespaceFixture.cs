namespace Cilium.Framework.Netlink.Tests;

/// <summary>Two empty namespaces, gone after the test.</summary>
internal sealed class NamespaceFixture : IDisposable
{
    private static int _count;

    public NamespaceFixture()
    {
        Require.Root();
        var name = $"nltest{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        Left = NetworkNamespace.Create(name + "l");
        Right = NetworkNamespace.Create(name + "r");
        Netlink = RouteNetlink.Open(Left);
    }

    public NetworkNamespace Left { get; }

    public NetworkNamespace Right { get; }

    public RouteNetlink Netlink { get; }

    public Link Veth(string name = "a")
    {
        Netlink.CreateVeth(new VethPair { Name = name, PeerName = name + "-peer" });
        return Netlink.FindLink(name)!;
    }

    public void Dispose()
    {
        Netlink.Dispose();
        Left.Delete();
        Right.Delete();
    }
}
