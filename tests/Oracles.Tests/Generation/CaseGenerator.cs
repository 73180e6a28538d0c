using System.Net;
using Cilium.Framework.Oracles.Cases;

namespace Cilium.Framework.Oracles.Generation;

/// <summary>Makes a case out of random numbers: the same numbers, the same case.</summary>
internal sealed class CaseGenerator(Random random)
{
    private const int Steps = 18;

    private static readonly string[][] LabelChoices =
    [
        ["k8s:app=web", "k8s:io.kubernetes.pod.namespace=blue"],
        ["k8s:app=db", "k8s:tier=back", "k8s:io.kubernetes.pod.namespace=blue"],
        ["k8s:app=client", "k8s:io.kubernetes.pod.namespace=red"],
        ["k8s:app=client", "container:zone=a"],
        ["k8s:app=web", "k8s:tier=front", "unspec:zone=b"],
        ["k8s:tier=back", "container:zone=a", "k8s:io.kubernetes.pod.namespace=red"],
        ["container:app=client", "k8s:app=web", "k8s:io.kubernetes.pod.namespace=blue"],
        ["k8s:k8s.io/app=web", "container:container.runtime/x=a", "k8s:io.kubernetes.pod.namespace=blue"],
        ["k8s:app=db", "k8s:io/app=web", "container:runtime/x=a", "unspec:app=web"],
        ["reserved:init"],
        ["reserved:init", "k8s:app=web"],
        ["reserved:init", "k8s:tier=back", "k8s:io.kubernetes.pod.namespace=red"],
    ];

    /// <param name="seed">Whatever it is made of.</param>
    public static Case Make(int seed) => new CaseGenerator(new Random(seed)).Make();

    private Case Make()
    {
        var world = MakeWorld();
        var documents = new DocumentGenerator(random);
        var packets = new PacketGenerator(random, world);
        var steps = new List<Step>();
        for (var i = random.Next(1, 4); i > 0; i--)
            steps.Add(new Step.Import(documents.Make()));
        for (var i = 0; i < Steps; i++)
            steps.Add(random.Next(100) < 12 ? MakeChange(documents) : new Step.Send(packets.Make()));
        return new Case(world, steps);
    }

    private Step MakeChange(DocumentGenerator documents) =>
        random.Next(3) == 0 ? new Step.Delete(DocumentGenerator.Names[random.Next(DocumentGenerator.Names.Length)]) : new Step.Import(documents.Make());

    private World MakeWorld()
    {
        var enforcement = random.Next(10) switch { 0 => Enforcement.Always, 1 => Enforcement.Never, _ => Enforcement.Default };
        var count = random.Next(2, 6);
        return new World(enforcement, random.Next(5) == 0, [.. Enumerable.Range(1, count).Select(id => MakeWorkload((ushort)id))]);
    }

    private Workload MakeWorkload(ushort id)
    {
        var families = random.Next(8);
        return new Workload(
            id,
            LabelChoices[random.Next(LabelChoices.Length)],
            families == 0 ? null : IPAddress.Parse($"10.90.1.{id}"),
            families == 1 ? null : IPAddress.Parse($"fd90::a:{id}"),
            random.Next(12) != 0);
    }
}
