using System.Globalization;
using Cilium.Framework.Policies;
using Cilium.Framework.Policies.Documents;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Policies;

/// <summary>Whatever text comes, it is taken as a whole or refused in words. Set POLICY_FUZZ_SEED to the number that a run prints to play it again.</summary>
public sealed class MutatedTextTests(ITestOutputHelper output)
{
    private const int Documents = 5000, MostMutations = 5, LongestMessage = 100_000;

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: p, namespace: blue}
        spec:
          endpointSelector: {matchLabels: {'k8s:a': "b"}}
          ingress:
          - fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]
            toPorts: [{ports: [{port: "80", protocol: TCP}]}]
          - fromEndpoints: [{matchExpressions: [{key: app, operator: In, values: [x, y]}]}]
          egress: [{toEntities: [world]}]
          labels: [a=b, {key: x, value: y}]
          description: >
            Text is where most mutations do no harm, so that many documents are taken:
            what is taken is written to the disk and has to be read back from there.

        """;

    private const string Json = """[{"endpointSelector":{"matchLabels":{"k8s:a":"b"}},"ingress":[{"fromEndpoints":[{}],"toPorts":[{"ports":[{"port":"80"}]}]}],"labels":["a=b"],"description":"Text is where most mutations do no harm, so that many documents are taken: what is taken is written to the disk and has to be read back from there."}]""";

    private const string Characters = " \n\t:{}[],&*!|>'\"%@`#-?0aZ~\\\0\u00fc\ud800.";

    private static readonly string[] Pieces =
    [
        "\"\\UFFFFFFFF\"", "\"\\ud800\"", "{b: c\nd:\n", "!!str ", "!<", "&a ", "*a", "|9\n", "? ", "---\n", "...\n", "%YAML 1.1\n", "%TAG ! tag:\n", "\uFEFF",
        "010.0.0.0/8", "::ffff:1.2.3.4/8", "null", "[]", "{}", "<<: ", "- ", "\"\\x", "'", "kind: List\n",
    ];

    [Fact]
    public void A_mutated_document_is_taken_or_refused_as_a_whole()
    {
        var seed = Environment.GetEnvironmentVariable("POLICY_FUZZ_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"POLICY_FUZZ_SEED={seed}");
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        using var state = StateDirectory.Open(folder["state"]);
        var rules = new RuleRegistry(new Table<string, RulesRow>("rules", _ => RulesRow.Key), new StateFile<RulesState>(state, "rules.json", RulesStateJson.Default.RulesState));
        rules.Restore();
        rules.Import(Policy);
        var (before, stored) = (rules.Current, state.Read("rules.json"));
        var taken = 0;
        for (var i = 0; i < Documents; i++)
        {
            var text = Mutated(random, i % 2 == 0 ? Policy : Json);
            // A document before it that is fine must not be taken alone.
            text = i % 3 == 0 ? "{endpointSelector: {}, ingress: []}\n---\n" + text : text;
            try
            {
                foreach (var policy in PolicyParser.Parse(text))
                    ReadsBack(policy);
                taken++;
            }
            catch (DocumentException refused)
            {
                var isTold = refused.Message.StartsWith("CF2", StringComparison.Ordinal) && refused.Message.EndsWith("Nothing was imported.", StringComparison.Ordinal) && refused.Message.Length < LongestMessage;
                Assert.True(isTold, $"POLICY_FUZZ_SEED={seed}: {refused.Message}\n{text}");
                Assert.Throws<DocumentException>(() => rules.Import(text));
                Assert.Same(before, rules.Current);
            }
            catch (Exception exception)
            {
                Assert.Fail($"POLICY_FUZZ_SEED={seed}: {exception}\n{text}");
            }
        }

        output.WriteLine($"{taken} of {Documents} were taken.");
        Assert.InRange(taken, Documents / 20, Documents * 19 / 20);
        Assert.Equal(stored, state.Read("rules.json"));
    }

    /// <summary>What is taken is written to the disk: an agent that cannot read it would not start again.</summary>
    private static void ReadsBack(PolicyDocument policy)
    {
        foreach (var rule in policy.Rules)
        {
            var read = PolicyParser.ParseStored(rule.Text, rule.Place, policy.Namespace);
            Assert.Equal(rule.Subject, read.Subject);
            Assert.Equal(rule.Labels, read.Labels);
            Assert.Equal(rule.AllSections.Select(section => (section.Place, section.Text)), read.AllSections.Select(section => (section.Place, section.Text)));
        }
    }

    private static string Mutated(Random random, string text)
    {
        for (var i = random.Next(2) == 0 ? 1 : random.Next(1, MostMutations + 1); i > 0; i--)
        {
            var at = random.Next(text.Length);
            text = random.Next(5) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, Characters[random.Next(Characters.Length)].ToString()),
                2 => text.Remove(at, 1).Insert(at, Characters[random.Next(Characters.Length)].ToString()),
                3 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                _ => text.Insert(at, text[random.Next(at + 1)..at]),
            };
        }

        return text;
    }
}
