using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>The datapath's program at one side of a device, in one way of attaching.</summary>
internal interface IFilter
{
    /// <summary>The program that is attached there in this way; null when none is.</summary>
    AttachedProgram? Attached();

    /// <summary>Attaches a program, in the place of an older one of ours and without a moment between them.</summary>
    /// <returns>False when it was there already.</returns>
    /// <exception cref="CiliumException"><see cref="ErrorKind.Conflict"/>: somebody else's program has the place. <see cref="ErrorKind.Unavailable"/>: no such device.</exception>
    bool Attach(LoadedProgram program);

    /// <returns>True when a program of ours was there.</returns>
    bool Detach();
}
