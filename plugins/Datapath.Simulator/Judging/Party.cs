using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Judging;

/// <summary>One end of a flow as a judgement found it.</summary>
/// <param name="Endpoint">0: not of this node.</param>
/// <param name="Identity">Who it is.</param>
/// <param name="Node">The node that carries it, through the overlay; null: this one, or none does.</param>
/// <param name="Entry">The entry of its policy that lets it send or receive; null when none did or it has no policy here.</param>
internal readonly record struct Party(ushort Endpoint, NumericIdentity Identity, IPAddress? Node = null, PolicyEntry? Entry = null)
{
    public bool IsLocal => Endpoint != 0;

    public RuleCookie Rule => Entry?.Rule ?? RuleCookie.None;
}
