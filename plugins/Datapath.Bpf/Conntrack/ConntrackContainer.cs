namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary><c>enum ct_container</c>: in what connections are kept (bpf/lib/conntrack_previous.h).</summary>
internal enum ConntrackContainer : uint
{
    None = 0,
    Lru = 1,
    Table = 2,
}
