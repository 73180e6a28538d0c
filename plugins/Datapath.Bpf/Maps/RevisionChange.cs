namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>One batch of changes to what verdicts depend on, from the first map that is written to the last number that is stored.</summary>
internal sealed class RevisionChange(Revision revision) : IDisposable
{
    private bool _open;

    /// <summary>What some address resolves to has changed: one number for the whole batch, at its end.</summary>
    public bool Addresses { get; set; }

    /// <summary>To be called before every write; announces the change with the first.</summary>
    public void Open()
    {
        if (_open)
            return;
        revision.Open();
        _open = true;
    }

    public void Dispose()
    {
        if (Addresses)
            revision.AddressesChanged();
        if (_open)
            revision.Close();
    }
}
