using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Identities;

/// <summary>The file of <see cref="IdentityState"/>, shared by those who give numbers to label sets and to prefixes.</summary>
/// <param name="file">The file.</param>
public sealed class IdentityStateFile(StateFile<IdentityState> file)
{
    private readonly Lock _lock = new();
    private IdentityState _state = IdentityState.Empty;

    /// <summary>Reads what an earlier process left.</summary>
    /// <exception cref="Errors.CiliumException">It cannot be read, or gives a number a meaning that it cannot have: the agent must not give a number a second meaning.</exception>
    public IdentityState Load()
    {
        lock (_lock)
            return _state = file.Read(Checked) ?? IdentityState.Empty;
    }

    /// <summary>Changes a part of the state; it is on the disk when the call returns.</summary>
    /// <param name="change">From the present state to the new one.</param>
    public void Change(Func<IdentityState, IdentityState> change)
    {
        lock (_lock)
        {
            var changed = change(_state);
            file.Write(changed);
            _state = changed;
        }
    }

    /// <summary>Notes under which name this node's uses are in the store from now on; uses under another name are withdrawn later.</summary>
    /// <param name="node">The name.</param>
    internal IdentityState Rename(string node)
    {
        Change(state => state.Node == node ? state : state with
        {
            Node = node, FormerNodes = [.. (state.FormerNodes ?? []).Append(state.Node).OfType<string>().Where(former => former != node).Distinct()],
        });
        lock (_lock)
            return _state;
    }

    private static IdentityState Checked(IdentityState state)
    {
        foreach (var (key, number) in state.Claims)
        {
            if (AllocatedNumbers.Objection(new NumericIdentity(number), LabelSet.FromKey(key)) is { } objection)
                throw new FormatException($"{key}: {objection}.");
        }

        foreach (var (prefix, number) in state.Prefixes)
        {
            _ = IpPrefix.Parse(prefix);
            if (number is < NumericIdentity.FirstNodeLocal or > NumericIdentity.LastNodeLocal)
                throw new FormatException($"{prefix}: the number {number} is not one of a prefix. Accepted: {NumericIdentity.FirstNodeLocal}..{NumericIdentity.LastNodeLocal}.");
        }

        if (state.LastPrefixId is > NumericIdentity.LastNodeLocal)
            throw new FormatException($"LastPrefixId: {state.LastPrefixId} is not accepted. Accepted: at most {NumericIdentity.LastNodeLocal}.");
        foreach (var twice in state.Prefixes.GroupBy(pair => pair.Value).Where(group => group.Count() > 1))
            throw new FormatException($"the number {twice.Key} stands for {string.Join(" and ", twice.Select(pair => pair.Key))}. Accepted: a number of its own for each prefix.");
        return state;
    }
}
