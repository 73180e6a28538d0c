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
    /// <exception cref="Errors.CiliumException">It cannot be read: the agent must not give a number a second meaning.</exception>
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

    private static IdentityState Checked(IdentityState state)
    {
        foreach (var key in state.Claims.Keys)
            _ = LabelSet.FromKey(key);
        foreach (var prefix in state.Prefixes.Keys)
            _ = IpPrefix.Parse(prefix);
        return state;
    }
}
