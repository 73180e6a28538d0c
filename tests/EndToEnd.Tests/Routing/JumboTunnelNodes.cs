using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

public sealed class JumboTunnelNodes : TunnelNodes
{
    protected override LabCabling Cabling => base.Cabling with { Mtu = 9000 };
}
