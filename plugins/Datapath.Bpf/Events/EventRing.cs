using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Events;

/// <summary>
/// The consumer's side of the ring buffer, mapped into memory. Records are taken one by one, so that what was not taken stays for the next reader.
/// Layout (kernel/bpf/ringbuf.c): a page with the consumer's position, a page with the producer's, then the data, mapped twice in a row.
/// </summary>
internal sealed unsafe class EventRing : IDisposable
{
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int HeaderBytes = 8;

    private readonly nuint _size;
    private readonly nuint _producerLength;
    private readonly byte* _consumer;
    private readonly byte* _producer;

    public EventRing(BpfDescriptor map)
    {
        _size = KernelMap.Of(map.Value).MaxEntries;
        _producerLength = (nuint)Environment.SystemPageSize + (2 * _size);
        _consumer = Map(map, (nuint)Environment.SystemPageSize, LibC.ReadProtection | LibC.WriteProtection, 0);
        _producer = Map(map, _producerLength, LibC.ReadProtection, Environment.SystemPageSize);
    }

    /// <summary>Where the last record that was written ends.</summary>
    public ulong ProducerPosition => Volatile.Read(ref Unsafe.AsRef<ulong>(_producer));

    /// <summary>Where the next record to be read begins.</summary>
    public ulong ConsumerPosition => Volatile.Read(ref Unsafe.AsRef<ulong>(_consumer));

    /// <summary>Takes the next record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="end">Position behind it.</param>
    /// <returns>False when there is none, or the next one is still being written.</returns>
    public bool TryTake(out EventRecord record, out ulong end)
    {
        record = default;
        while (true)
        {
            var position = ConsumerPosition;
            end = position;
            if (position >= ProducerPosition)
                return false;
            var header = Header(position);
            if ((header & Busy) != 0)
                return false;
            var length = header & ~Discarded;
            end = position + Occupied(length);
            var taken = (header & Discarded) == 0 && length >= sizeof(EventRecord);
            if (taken)
                record = Unsafe.ReadUnaligned<EventRecord>(Data(position) + HeaderBytes);
            Volatile.Write(ref Unsafe.AsRef<ulong>(_consumer), end);
            if (taken)
                return true;
        }
    }

    /// <summary>How many records wait, up to a position.</summary>
    public ulong CountUntil(ulong position)
    {
        ulong count = 0;
        var at = ConsumerPosition;
        while (at < position)
        {
            var header = Header(at);
            if ((header & Busy) != 0)
                break;
            if ((header & Discarded) == 0)
                count++;
            at += Occupied(header & ~Discarded);
        }

        return count;
    }

    public void Dispose()
    {
        _ = LibC.Unmap((nint)_consumer, (nuint)Environment.SystemPageSize);
        _ = LibC.Unmap((nint)_producer, _producerLength);
    }

    private static ulong Occupied(uint length) => (HeaderBytes + (ulong)length + 7) & ~7UL;

    private uint Header(ulong position) => Volatile.Read(ref Unsafe.AsRef<uint>(Data(position)));

    private byte* Data(ulong position) => _producer + Environment.SystemPageSize + (position & (_size - 1));

    private static byte* Map(BpfDescriptor map, nuint length, int protection, long offset)
    {
        var address = LibC.Map(0, length, protection, LibC.Shared, map.Value, offset);
        return address == LibC.MapFailed ? throw BpfErrors.Failed(-Marshal.GetLastPInvokeError(), "map the event ring into memory") : (byte*)address;
    }
}
