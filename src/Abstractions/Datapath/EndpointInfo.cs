using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>An endpoint as the datapath holds it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="IfIndex">Index of the host side of its device.</param>
/// <param name="Identity">Its identity.</param>
/// <param name="IPv4">Its IPv4 address, when it has one.</param>
/// <param name="IPv6">Its IPv6 address, when it has one.</param>
/// <param name="Mac">Address of the workload's own side.</param>
/// <param name="Enforces">True: a policy judges it; false: everything is dropped.</param>
public sealed record EndpointInfo(ushort Id, int IfIndex, NumericIdentity Identity, IPAddress? IPv4, IPAddress? IPv6, MacAddress Mac, bool Enforces);
