namespace Cilium.Framework.Fuzz;

/// <summary>Counts cases and keeps what must not happen; the input goes to the corpus, so that every later run begins with it.</summary>
internal sealed class Findings(string kind, Corpus corpus)
{
    /// <summary>No answer may take longer, once.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>More of them say nothing new.</summary>
    private const int Enough = 20;

    private readonly List<string> _found = [];
    private long _cases;
    private long _accepted;
    private TimeSpan _slowest;

    public bool IsEnough => _found.Count >= Enough;

    public void Add(ReadOnlySpan<byte> input, string what) => _found.Add($"{corpus.Keep(kind, input)}: {what}");

    /// <summary>One case is done.</summary>
    /// <param name="input">What was tried.</param>
    /// <param name="took">Less what the machine held up meanwhile (<see cref="Canary"/>).</param>
    /// <param name="accepted">It was taken as good.</param>
    public void Done(ReadOnlySpan<byte> input, TimeSpan took, bool accepted)
    {
        _cases++;
        _accepted += accepted ? 1 : 0;
        if (took > _slowest)
            _slowest = took;
        if (took > Limit)
            Add(input, $"took {took.TotalMilliseconds:0} ms");
    }

    public FuzzResult Result(string note = "") => new(kind, _cases, _accepted, _slowest.TotalMilliseconds, _found, note);
}
