namespace Cilium.Framework.Packaging.Tests.Service;

/// <summary>The real agent; touches no kernel.</summary>
/// <param name="address">Of the service manager's socket; null: a path of its own.</param>
/// <param name="watchdog">Its limit; null: nobody watches.</param>
/// <param name="settings">Each <c>key=value</c>.</param>
internal sealed class ServiceAgent(string? address = null, TimeSpan? watchdog = null, params IEnumerable<string> settings)
    : ServiceProgram(Checkout.Layout.Agent, "dry-run", address, watchdog, settings);
