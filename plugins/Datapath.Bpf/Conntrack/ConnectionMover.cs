using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>Moves connections out of one old container, by a program that does what a packet would do (bpf/move.c).</summary>
/// <param name="previous">The container.</param>
/// <param name="program">The program, loaded for it.</param>
internal sealed class ConnectionMover(PreviousConnections previous, BpfDescriptor program) : IDisposable
{
    private const int RequestOffset = 64;

    /// <summary>Moves everything that is there, or until it is cancelled.</summary>
    /// <param name="moved">Called with what came of each.</param>
    /// <param name="cancellationToken">Ends it early, without a loss: whoever goes on begins again.</param>
    public void MoveAll(Action<MoveResult> moved, CancellationToken cancellationToken)
    {
        Move(previous.Conntrack4, WireAddress.FamilyIPv4, moved, cancellationToken);
        Move(previous.Conntrack6, WireAddress.FamilyIPv6, moved, cancellationToken);
    }

    public void Dispose() => program.Dispose();

    private void Move<TKey>(IConnectionStore<TKey> store, uint family, Action<MoveResult> moved, CancellationToken cancellationToken)
        where TKey : unmanaged
    {
        var frame = new byte[RequestOffset + Unsafe.SizeOf<MoveRequest>()];
        foreach (var (key, _) in store.Entries())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var request = new MoveRequest { Family = family };
            Unsafe.As<ConntrackKey6, TKey>(ref request.Key) = key;
            MemoryMarshal.Write(frame.AsSpan(RequestOffset), in request);
            moved((MoveResult)TestRun.Once(program, frame, default).ReturnValue);
        }
    }
}
