namespace Cilium.Framework.Fuzz.Agents;

/// <summary>Damaged policy documents.</summary>
internal sealed class PolicyFuzz(FuzzedAgent agent, Corpus corpus, Mutator mutator) : AgentFuzz("policies", agent, corpus, mutator)
{
    protected override (byte[] Bytes, bool IsWhole) Request(byte[] input) => (FuzzedAgent.Request("PUT", "policy", input), true);
}
