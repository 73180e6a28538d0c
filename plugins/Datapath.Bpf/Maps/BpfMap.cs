using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>A typed map. Only the sizes are checked here; names and offsets are checked by a test against the objects' type information.</summary>
internal sealed unsafe class BpfMap<TKey, TValue> : IDisposable
    where TKey : unmanaged
    where TValue : unmanaged
{
    private const int BatchEntries = 1024;

    private static readonly int CursorBytes = Math.Max(sizeof(TKey), sizeof(ulong));

    private readonly BpfDescriptor _descriptor;
    private readonly MapWrites? _writes;

    /// <param name="writes">Counts writes; null for readers.</param>
    public BpfMap(string name, BpfDescriptor descriptor, MapWrites? writes)
    {
        Name = name;
        _descriptor = descriptor;
        _writes = writes;
        Kernel = KernelMap.Of(descriptor.Value);
        if (Kernel.KeySize != sizeof(TKey) || Kernel.ValueSize != sizeof(TValue))
            throw new Errors.CiliumException(Errors.ErrorKind.Conflict, $"The pinned map {name} has keys of {Kernel.KeySize} and values of {Kernel.ValueSize} bytes; this version uses {sizeof(TKey)} and {sizeof(TValue)}. It was made by another version: run `cilium cleanup`, then start again.");
    }

    public string Name { get; }

    public KernelMap Kernel { get; }

    public BpfDescriptor Descriptor => _descriptor;

    /// <summary>Called after each write, for tests that look at the order of writes.</summary>
    internal Action? Written { get; set; }

    public bool TryGet(TKey key, out TValue value)
    {
        fixed (TValue* pointer = &value)
        {
            var result = LibBpf.Lookup(_descriptor, &key, pointer);
            if (result == 0)
                return true;
            value = default;
            return result == -Errno.NoEntry ? false : throw BpfErrors.Failed(result, $"read an entry of {Name}");
        }
    }

    /// <summary>The value; all zero when there is none.</summary>
    public TValue Get(TKey key) => TryGet(key, out var value) ? value : default;

    public void Set(TKey key, TValue value)
    {
        var result = LibBpf.Update(_descriptor, &key, &value, 0);
        if (result < 0)
            throw BpfErrors.Failed(result, $"write an entry of {Name} ({Kernel.MaxEntries} at most)");
        Count();
    }

    /// <summary>Writes many at once. When one fails, those before it are written.</summary>
    public void SetMany(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        if (keys.Length == 0)
            return;
        var count = (uint)keys.Length;
        int result;
        fixed (TKey* key = keys)
        fixed (TValue* value = values)
            result = LibBpf.UpdateBatch(_descriptor, key, value, &count, null);
        Count();
        if (result < 0)
            throw BpfErrors.Failed(result, $"write an entry of {Name} ({Kernel.MaxEntries} at most)");
    }

    /// <returns>False when there was none.</returns>
    public bool Remove(TKey key)
    {
        var result = LibBpf.Delete(_descriptor, &key);
        if (result == -Errno.NoEntry)
            return false;
        if (result < 0)
            throw BpfErrors.Failed(result, $"delete an entry of {Name}");
        Count();
        return true;
    }

    /// <summary>Everything in the map, a batch at a time. Entries that come and go meanwhile may be missed or seen twice.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Entries() => Batches().SelectMany(batch => batch);

    /// <summary>As <see cref="Entries"/>, in the batches in which the kernel gave them.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>[]> Batches()
    {
        var cursor = new byte[CursorBytes];
        var (keys, values) = (new TKey[BatchEntries], new TValue[BatchEntries]);
        var first = true;
        while (true)
        {
            var (count, more) = ReadBatch(cursor, first, ref keys, ref values);
            first = false;
            if (count > 0)
            {
                var batch = new KeyValuePair<TKey, TValue>[count];
                for (var i = 0; i < count; i++)
                    batch[i] = new(keys[i], values[i]);
                yield return batch;
            }

            if (!more)
                yield break;
        }
    }

    /// <summary>Deletes many at once; those that are gone already do not matter.</summary>
    public void RemoveMany(ReadOnlySpan<TKey> keys)
    {
        while (keys.Length > 0)
        {
            var count = (uint)keys.Length;
            int result;
            fixed (TKey* pointer = keys)
                result = LibBpf.DeleteBatch(_descriptor, pointer, &count, null);
            Count();
            if (result == 0)
                return;
            if (result != -Errno.NoEntry)
                throw BpfErrors.Failed(result, $"delete entries of {Name}");
            keys = keys[((int)count + 1)..];
        }
    }

    public void Dispose() => _descriptor.Dispose();

    private void Count()
    {
        _writes?.Add();
        Written?.Invoke();
    }

    private (int Count, bool More) ReadBatch(byte[] cursor, bool first, ref TKey[] keys, ref TValue[] values)
    {
        while (true)
        {
            var count = (uint)keys.Length;
            int result;
            fixed (byte* position = cursor)
            fixed (TKey* keyPointer = keys)
            fixed (TValue* valuePointer = values)
                result = LibBpf.LookupBatch(_descriptor, first ? null : position, position, keyPointer, valuePointer, &count, null);
            if (result == 0)
                return ((int)count, true);
            if (result == -Errno.NoEntry)
                return ((int)count, false);
            // One bucket holds more than the batch.
            if (result == -Errno.NoSpace)
            {
                (keys, values) = (new TKey[keys.Length * 2], new TValue[keys.Length * 2]);
                continue;
            }

            throw BpfErrors.Failed(result, $"read {Name}");
        }
    }
}
