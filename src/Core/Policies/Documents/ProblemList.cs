namespace Cilium.Framework.Policies.Documents;

/// <summary>What is wrong with a text, in its order. After <see cref="Most"/> problems they are counted only: nobody reads more, and an answer must not be larger than what it answers.</summary>
internal sealed class ProblemList
{
    /// <summary>Most problems that are told.</summary>
    public const int Most = 100;

    private readonly List<string> _texts = [];
    private int _count;

    public bool IsEmpty => _count == 0;

    /// <summary>The first ones, and how many more there are.</summary>
    public IReadOnlyList<string> Texts => _count > Most ? [.. _texts, $"... and {_count - Most} more problems."] : _texts;

    /// <param name="text">Made only when it will be told.</param>
    public void Add(Func<string> text)
    {
        if (_count++ < Most)
            _texts.Add(text());
    }
}
