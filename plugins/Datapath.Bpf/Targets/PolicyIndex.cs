using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>Which policy stands at which index of <c>cilium_policy_header</c>. An endpoint may name a policy before it is realised.</summary>
internal sealed class PolicyIndex
{
    private readonly Dictionary<PolicyId, uint> _indexes = [];
    private readonly MapSet _maps;
    private readonly Revision _revision;

    public PolicyIndex(MapSet maps, Revision revision)
    {
        _maps = maps;
        _revision = revision;
        foreach (var (index, header) in maps.PolicyHeaders.Entries())
        {
            if (header.Subject != 0)
                _indexes[new PolicyId(new(header.Subject), maps.PolicyNames.Get(index).ToString())] = index;
        }
    }

    /// <summary>Held by an endpoint from asking for an index until its entry names it, and by whoever gives an index back: else it could be another policy's by then.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Every policy that has an index.</summary>
    public IReadOnlyList<KeyValuePair<PolicyId, uint>> All()
    {
        lock (Sync)
            return [.. _indexes];
    }

    public uint? Find(PolicyId id)
    {
        lock (Sync)
            return _indexes.TryGetValue(id, out var index) ? index : null;
    }

    /// <summary>The policy's index; a free one when it has none yet.</summary>
    public uint Get(PolicyId id)
    {
        lock (Sync)
        {
            if (_indexes.TryGetValue(id, out var known))
                return known;
            var taken = _indexes.Values.ToHashSet();
            for (uint index = 1; index < _maps.PolicyHeaders.Kernel.MaxEntries; index++)
            {
                if (taken.Contains(index))
                    continue;
                _maps.PolicyNames.Set(index, PolicyName.From(id.Variant));
                _maps.PolicyHeaders.Set(index, new PolicyHeader { Subject = id.Subject.Value, ChangedAt = _revision.Next() });
                _indexes[id] = index;
                return index;
            }

            throw new CiliumException(ErrorKind.Exhausted, $"policy {id}: all {_maps.PolicyHeaders.Kernel.MaxEntries - 1} policies of this node are in use. Remove some.");
        }
    }

    /// <summary>Gives an index back. Nobody may refer to it any more.</summary>
    public void Free(PolicyId id)
    {
        lock (Sync)
        {
            if (!_indexes.Remove(id, out var index))
                return;
            _maps.PolicyHeaders.Set(index, new PolicyHeader { ChangedAt = _revision.Next() });
        }
    }
}
