namespace Cilium.Framework.Conformance.Checking;

/// <summary>One sentence of a contract while it is put to the test.</summary>
/// <param name="Text">The sentence, with the member that makes it.</param>
/// <param name="Cure">Where the mistake usually is when it is broken.</param>
internal sealed record Promise(string Text, string Cure)
{
    public BrokenPromiseException Broken(string seen) => new(Text, seen, Cure);

    public void Kept(bool kept, Func<string> seen)
    {
        if (!kept)
            throw Broken(seen());
    }

    public void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw Broken($"{what}: {Show.One(actual)} instead of {Show.One(expected)}.");
    }

    /// <summary>Both hold the same, in the same order.</summary>
    public void Same<T>(IEnumerable<T> expected, IEnumerable<T> actual, string what)
    {
        T[] wanted = [.. expected], got = [.. actual];
        if (!wanted.SequenceEqual(got))
            throw Broken($"{what}: {Show.All(got)} instead of {Show.All(wanted)}.");
    }
}
