namespace Cilium.Framework.Kvstore.Consul.Model;

/// <summary>What an agent tells about itself; the part that is read.</summary>
internal sealed record AgentSelf(AgentConfig Config);

/// <summary>Its configuration; the part that is read.</summary>
internal sealed record AgentConfig(string Version);
