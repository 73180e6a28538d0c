using System.Text;

namespace Cilium.Framework.Fuzz.Agents;

/// <summary>Damaged requests. An input is a line <c>METHOD PATH</c> and a body; one without that line is sent as it is, head and all.</summary>
internal sealed class RequestFuzz(FuzzedAgent agent, Corpus corpus, Mutator mutator, Canary canary) : AgentFuzz("requests", agent, corpus, mutator, canary)
{
    protected override (byte[] Bytes, bool IsWhole) Request(byte[] input)
    {
        var end = Array.IndexOf(input, (byte)'\n');
        var line = Encoding.Latin1.GetString(input, 0, Math.Max(end, 0)).Split(' ', 2);
        // The answer to events has no end.
        return line.Length == 2 && !line[1].Contains(" HTTP/", StringComparison.Ordinal) && !line[1].Contains("events", StringComparison.Ordinal)
            ? (FuzzedAgent.Request(line[0], line[1], input.AsSpan(end + 1)), true)
            : (input, false);
    }
}
