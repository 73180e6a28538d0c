using System.Text;

namespace Cilium.Framework.Oracles.Cases;

/// <summary>One thing that happens.</summary>
internal abstract record Step
{
    /// <summary>A packet is judged.</summary>
    internal sealed record Send(Packet Packet) : Step
    {
        public override string ToString() => Packet.ToString();
    }

    /// <summary>Documents are imported; one of the same namespace and name is replaced.</summary>
    internal sealed record Import(PolicyText Policy) : Step
    {
        public override string ToString() => $"import\n{Policy.Text}";
    }

    /// <summary>Every policy of a name is deleted, in whatever namespace.</summary>
    internal sealed record Delete(string Name) : Step
    {
        public override string ToString() => $"delete policy {Name}";
    }
}

/// <summary>A world and what happens in it.</summary>
internal sealed record Case(World World, IReadOnlyList<Step> Steps)
{
    public override string ToString()
    {
        var text = new StringBuilder().Append(World).Append('\n');
        foreach (var step in Steps)
            text.Append("- ").Append(step).Append('\n');
        return text.ToString();
    }

    /// <summary>Smaller cases: without a run of steps, long runs first.</summary>
    public IEnumerable<Case> Smaller()
    {
        for (var run = Steps.Count / 2; run >= 1; run /= 2)
        {
            for (var from = 0; from + run <= Steps.Count; from += run)
                yield return this with { Steps = [.. Steps.Take(from), .. Steps.Skip(from + run)] };
        }
    }
}
