using System.Diagnostics;

namespace Cilium.Framework.Fuzz.Agents;

/// <summary>Sends damaged inputs to an agent: it must answer each within a second, go on living, and keep what it was told when it refuses.</summary>
internal abstract class AgentFuzz(string kind, FuzzedAgent agent, Corpus corpus, Mutator mutator, Canary canary)
{
    /// <summary>Then the agent forgets, so that it does not get slow by what it accepted.</summary>
    private const int CasesBetweenResets = 500;

    /// <summary>Real time after which an answer is given up, whoever held it up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Findings _findings = new(kind, corpus);

    public async Task<FuzzResult> RunAsync(TimeSpan length)
    {
        var inputs = corpus.Read(kind);
        var told = await ResetAsync();
        var (began, number) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(began) < length && !_findings.IsEnough)
        {
            var input = number < inputs.Count ? inputs[number] : mutator.Next(inputs);
            if (++number % CasesBetweenResets == 0)
                told = await ResetAsync();
            var accepted = await TryAsync(input, told);
            if (agent.HasExited)
            {
                _findings.Add(input, $"the agent ended: {agent.Log()}");
                break;
            }

            if (accepted)
                told = await ToldAsync();
        }

        return _findings.Result();
    }

    /// <summary>The bytes to send for an input.</summary>
    protected abstract (byte[] Bytes, bool IsWhole) Request(byte[] input);

    private async Task<bool> TryAsync(byte[] input, string told)
    {
        var (bytes, isWhole) = Request(input);
        var started = canary.Now();
        string answer;
        using (var patience = new CancellationTokenSource(Patience))
        {
            try
            {
                answer = await agent.SendAsync(bytes, patience.Token, isWhole);
            }
            catch (OperationCanceledException)
            {
                _findings.Add(input, "no answer within 60 s");
                return true;
            }
        }

        var accepted = answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal);
        var took = canary.Since(started);
        _findings.Done(input, took, accepted);
        if (answer.StartsWith("HTTP/1.1 500", StringComparison.Ordinal) || (isWhole && answer.Length == 0))
            _findings.Add(input, $"answered: {answer.ReplaceLineEndings(" ")}");
        // Without an answer nobody knows whether it was refused.
        if (!isWhole && answer.Length == 0)
            return true;
        if (!accepted && !agent.HasExited && await ToldAsync() != told)
        {
            _findings.Add(input, $"refused, and yet something changed: {answer.ReplaceLineEndings(" ")}");
            return true;
        }

        return accepted;
    }

    private Task<string> ToldAsync() => agent.ToldAsync(CancellationToken.None);

    private async Task<string> ResetAsync()
    {
        await agent.SendAsync(FuzzedAgent.Request("DELETE", "policy?all=true", []), CancellationToken.None);
        await agent.SendAsync(FuzzedAgent.Request("PUT", "policy", """[{"endpointSelector":{"matchLabels":{"app":"kept"}},"ingress":[{}]}]"""u8), CancellationToken.None);
        return await ToldAsync();
    }
}
