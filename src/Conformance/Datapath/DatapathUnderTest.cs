using System.Globalization;
using Cilium.Framework.Datapath;

namespace Cilium.Framework.Conformance.Datapath;

/// <summary>A datapath with the node that it works on. Derive from it when devices must exist or calls belong into a namespace.</summary>
/// <param name="datapath">The datapath; not initialised.</param>
public class DatapathUnderTest(IDatapath datapath) : IAsyncDisposable
{
    /// <summary>The datapath.</summary>
    public IDatapath Datapath { get; protected set; } = datapath;

    /// <summary>Makes a device for an endpoint; by default one on paper.</summary>
    /// <param name="endpoint">Number of the endpoint.</param>
    public virtual ValueTask<TestDevice> AddDeviceAsync(ushort endpoint) =>
        new(new TestDevice(100 + endpoint, string.Create(CultureInfo.InvariantCulture, $"lxc{endpoint}"), new(0x0a58_0000_0000ul + endpoint), new(0x0a58_ff00_0000ul + endpoint)));

    /// <summary>Carries a call of the datapath out.</summary>
    /// <typeparam name="T">Result of the call.</typeparam>
    /// <param name="call">The call.</param>
    public virtual ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call();
    }

    /// <summary>Puts the datapath of a new process in the place of the old one, which was killed; false when what it holds ends with the process.</summary>
    public virtual ValueTask<bool> RestartAsync() => new(false);

    /// <summary>Ends the datapath and removes what was made.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Datapath.DisposeAsync();
    }
}
