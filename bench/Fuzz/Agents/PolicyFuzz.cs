namespace Cilium.Framework.Fuzz.Agents;

/// <summary>Damaged policy documents.</summary>
internal sealed class PolicyFuzz(FuzzedAgent agent, Corpus corpus, Mutator mutator, Canary canary) : AgentFuzz("policies", agent, corpus, mutator, canary)
{
    protected override (byte[] Bytes, bool IsWhole) Request(byte[] input) => (FuzzedAgent.Request("PUT", "policy", input), true);
}
