using System.Collections;
using System.Text;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Labels;

/// <summary>Immutable set of labels in store order; at most one label per source and key, the last one given wins.</summary>
public sealed class LabelSet : IReadOnlyList<Label>, IEquatable<LabelSet>
{
    /// <summary>No labels.</summary>
    public static readonly LabelSet Empty = new([]);

    private readonly Label[] _sorted;
    private string? _key;

    private LabelSet(Label[] sorted) => _sorted = sorted;

    /// <summary>Sorts labels into a set.</summary>
    /// <param name="labels">In any order.</param>
    public static LabelSet Create(IEnumerable<Label> labels)
    {
        var byName = new Dictionary<(string Source, string Key), Label>();
        foreach (var label in labels)
            byName[(label.Source, label.Key)] = label;
        if (byName.Count == 0)
            return Empty;
        var sorted = byName.Values.ToArray();
        Array.Sort(sorted);
        return new(sorted);
    }

    /// <summary>Reads labels in text form.</summary>
    /// <param name="labels">Each <c>[source:]key[=value]</c>.</param>
    /// <exception cref="FormatException">A label is not acceptable; the text says which and where.</exception>
    public static LabelSet Parse(params IEnumerable<string> labels) => Create(labels.Select(text => Label.Parse(text)));

    /// <summary>Reads a store key back.</summary>
    /// <param name="key">What <see cref="ToKey"/> gives: <c>source:key=value;</c> for each label.</param>
    /// <exception cref="FormatException">The text is not such a key.</exception>
    public static LabelSet FromKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > 0 && key[^1] != ';')
            throw new FormatException($"Label key \"{Excerpt.Of(key)}\" does not end in ';'.");
        return Create(key.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => Label.Parse(text)));
    }

    /// <summary>Number of labels.</summary>
    public int Count => _sorted.Length;

    /// <summary>The label at a position of the store order.</summary>
    /// <param name="index">0..<see cref="Count"/>-1.</param>
    public Label this[int index] => _sorted[index];

    /// <summary>The store key: <c>source:key=value;</c> for each label, sorted by key (Cilium facts 9.4).</summary>
    public string ToKey()
    {
        if (_key is not null)
            return _key;
        var text = new StringBuilder();
        foreach (var label in _sorted)
            text.Append(label.Source).Append(':').Append(label.Key).Append('=').Append(label.Value).Append(';');
        return _key = text.ToString();
    }

    /// <summary>The value of a label.</summary>
    /// <param name="source">Its source; <see cref="Label.AnySource"/> finds it from whatever source, in store order.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value, when there is such a label.</param>
    public bool TryGetValue(string source, string key, out string value)
    {
        foreach (var label in _sorted)
        {
            if (label.Key == key && (source == Label.AnySource || source == label.Source))
            {
                value = label.Value;
                return true;
            }
        }

        value = "";
        return false;
    }

    /// <summary>True when exactly this label is in the set.</summary>
    /// <param name="label">Compared part by part.</param>
    public bool Contains(Label label) => Array.IndexOf(_sorted, label) >= 0;

    /// <inheritdoc />
    public bool Equals(LabelSet? other) => ReferenceEquals(this, other) || (other is not null && _sorted.AsSpan().SequenceEqual(other._sorted));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    /// <inheritdoc />
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToKey());

    /// <inheritdoc />
    public IEnumerator<Label> GetEnumerator() => ((IEnumerable<Label>)_sorted).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The labels joined by commas.</summary>
    public override string ToString() => string.Join(',', _sorted);
}
