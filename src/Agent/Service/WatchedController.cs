using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Service;

/// <summary>A controller whose computations are watched: one that does not end stops the service manager's watchdog.</summary>
internal sealed class WatchedController(string name, IController controller, Liveness liveness) : IController
{
    public void Compute()
    {
        using var call = liveness.Begin($"the controller of {name}");
        controller.Compute();
    }
}
