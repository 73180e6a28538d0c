using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>Looks at the datapath after every row that changed it. Null: there was or is nothing under the key.</summary>
internal interface IDatapathWatcher
{
    /// <summary>A target was told that something is realised which it does not hold.</summary>
    void Misled(string item);

    void PolicyChanged(PolicyRow? before, PolicyRow? after);

    void EndpointChanged(EndpointRow? before, EndpointRow? after);

    /// <summary>A row was let through and is about to be applied.</summary>
    void IpCacheApplying(IpCacheRow row);

    void IpCacheChanged(IpCacheRow? before, IpCacheRow? after);
}
