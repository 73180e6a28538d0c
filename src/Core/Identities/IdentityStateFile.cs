using Cilium.Framework.State;

namespace Cilium.Framework.Identities;

/// <summary>The file of <see cref="IdentityState"/>, shared by those who give numbers to label sets and to prefixes.</summary>
/// <param name="file">The file.</param>
public sealed class IdentityStateFile(StateFile<IdentityState> file)
{
    private readonly Lock _lock = new();
    private IdentityState _state = IdentityState.Empty;

    /// <summary>Reads what an earlier process left.</summary>
    public IdentityState Load()
    {
        lock (_lock)
            return _state = file.Read() ?? IdentityState.Empty;
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
}
