namespace Cilium.Framework.Core.ScenarioTests.Language;

/// <summary>Something that happens, and what must be seen of it.</summary>
/// <param name="Deeds">In any order.</param>
/// <param name="InOrder">Changes of the datapath, each list among others and in its order.</param>
/// <param name="AtOnce">Changes of the datapath, each list brought by one row.</param>
/// <param name="Never">Beginnings of changes that must not be among them.</param>
/// <param name="Always">What holds after each change.</param>
/// <param name="Then">What holds when everything has come to rest.</param>
public sealed record Phase(List<string> Deeds, List<List<string>> InOrder, List<List<string>> AtOnce, List<string> Never, List<string> Always, List<string> Then)
{
    public static Phase New() => new([], [], [], [], [], []);
}
