using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp;

namespace Cilium.Framework.Routing.KubeRouter.Session;

/// <summary>The one connection with the GoBGP. Opened when it is needed, and anew when what is there speaks otherwise than before.</summary>
internal sealed class SpeakerConnection(GoBgpSettings settings, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    // Calls may still be under way on them. An upgrade of kube-router leaves one behind.
    private readonly List<GoBgpConnection> _former = [];
    private volatile GoBgpConnection? _current;

    /// <summary>The connection, which may be broken: then a call says so, and it connects by itself again.</summary>
    /// <exception cref="CiliumException">There is none, and none can be opened.</exception>
    public async ValueTask<GoBgpConnection> GetAsync(CancellationToken cancellationToken)
    {
        if (_current is { } open)
            return open;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _current ??= await GoBgpConnection.OpenAsync(settings, time, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The connection, after it was asked which version is there now.</summary>
    /// <exception cref="CiliumException">Nobody is there, or somebody who cannot be spoken with.</exception>
    public async Task<GoBgpConnection> RenewAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var fresh = await GoBgpConnection.OpenAsync(settings, time, cancellationToken);
            if (_current is { } same && same.Version == fresh.Version)
            {
                fresh.Dispose();
                return same;
            }

            Retire();
            return _current = fresh;
        }
        catch (CiliumException error) when (error.Kind == ErrorKind.Unsupported)
        {
            Retire();
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        Retire();
        foreach (var connection in _former)
            connection.Dispose();
        _gate.Dispose();
    }

    private void Retire()
    {
        if (_current is { } former)
            _former.Add(former);
        _current = null;
    }
}
