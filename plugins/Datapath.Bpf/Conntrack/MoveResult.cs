namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary><c>enum ct_adoption</c>: what taking a connection over came to (bpf/lib/conntrack_previous.h).</summary>
internal enum MoveResult : uint
{
    Moved = 0,

    /// <summary>The new container had it already.</summary>
    There = 1,

    /// <summary>It had ended, or was gone.</summary>
    Gone = 2,

    /// <summary>There was no room for it.</summary>
    Refused = 3,
}
