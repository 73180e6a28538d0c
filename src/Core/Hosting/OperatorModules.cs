using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Store;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Hosting;

/// <summary>Work that a cluster needs done once. Any number of programs may host it, agents or operators: each piece of it is done by whoever has its turn in the store.</summary>
internal static class OperatorModules
{
    /// <summary>Every loop, by name.</summary>
    /// <param name="store">The store, started.</param>
    /// <param name="holder">Who this is, for whoever looks at a turn's key.</param>
    /// <param name="identityGcInterval">How often unused numbers are collected.</param>
    /// <param name="loggers">Logs.</param>
    /// <param name="time">The clock.</param>
    public static IEnumerable<(string Name, Func<CancellationToken, Task> Run)> Loops(IKvstore store, string holder, TimeSpan identityGcInterval, ILoggerFactory loggers, TimeProvider time)
    {
        var calls = new StoreCalls(store, time);
        var collector = new IdentityCollector(calls, IdentityKeys.Of(store));
        yield return ("identity-collection", new IdentityCollection(calls, collector, identityGcInterval, holder, time, loggers.CreateLogger<IdentityCollection>()).RunAsync);
    }
}
