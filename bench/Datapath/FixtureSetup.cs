namespace Cilium.Framework.Datapath.Bench;

/// <summary>How full the maps are.</summary>
/// <param name="Table">Connections are kept in the table of our own.</param>
/// <param name="Connections">For which there is room, with a quarter of it to spare.</param>
/// <param name="IpCacheEntries">Addresses in the ipcache.</param>
/// <param name="PolicyEntries">Entries of each policy of the ordinary pair of endpoints.</param>
internal sealed record FixtureSetup(bool Table, int Connections, int IpCacheEntries = FixtureSetup.UsualIpCache, int PolicyEntries = FixtureSetup.UsualPolicy)
{
    public const int UsualConnections = 100_000, UsualIpCache = 10_000, UsualPolicy = 100;
}
