namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>The values of a large array map, mapped into memory only while somebody looks at them: what is mapped counts as the process's own.</summary>
/// <param name="map">The map; stays the caller's.</param>
/// <param name="length">Bytes of all values.</param>
/// <param name="writable">Values may be written.</param>
internal sealed unsafe class MappedOnDemand(BpfDescriptor map, nuint length, bool writable)
{
    private readonly Lock _lock = new();
    private MappedMemory? _memory;
    private int _users;

    /// <summary>The first value; while a look lasts.</summary>
    public byte* Start => _memory!.Start;

    /// <summary>Maps the values until what is returned is disposed; several may look at once.</summary>
    public Look Begin()
    {
        lock (_lock)
        {
            _memory ??= new MappedMemory(map, length, writable);
            _users++;
        }

        return new Look(this);
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_users > 0)
                return;
            _memory?.Dispose();
            _memory = null;
        }
    }

    /// <summary>Somebody looks.</summary>
    public sealed class Look(MappedOnDemand memory) : IDisposable
    {
        private MappedOnDemand? _memory = memory;

        public void Dispose() => Interlocked.Exchange(ref _memory, null)?.End();
    }
}
