namespace Cilium.Framework.Policies.Documents;

/// <summary>A value of a policy document, YAML or JSON, with its place: one reader serves both.</summary>
/// <param name="Path">Such as <c>spec.ingress[0].toPorts[0].ports[1].port</c>; empty for the document itself.</param>
/// <param name="Line">Line in the text, counted from 1.</param>
internal abstract record DocumentNode(string Path, int Line)
{
    /// <summary>Keys and values, in the order written.</summary>
    internal sealed record Mapping(string Path, int Line, IReadOnlyList<(string Key, DocumentNode Value)> Entries) : DocumentNode(Path, Line)
    {
        public DocumentNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key).Value;

        public override string Kind => "an object";
    }

    /// <summary>A list.</summary>
    internal sealed record Sequence(string Path, int Line, IReadOnlyList<DocumentNode> Items) : DocumentNode(Path, Line)
    {
        public override string Kind => "a list";
    }

    /// <summary>A text, number or truth value, as it was written.</summary>
    /// <param name="IsQuoted">Written in quotes: surely a text.</param>
    internal sealed record Scalar(string Path, int Line, string Text, bool IsQuoted) : DocumentNode(Path, Line)
    {
        public override string Kind => $"\"{Text}\"";
    }

    /// <summary>Nothing (<c>null</c>, <c>~</c>, or no value at all).</summary>
    internal sealed record Null(string Path, int Line) : DocumentNode(Path, Line)
    {
        public override string Kind => "null";
    }

    /// <summary>What it is, for error texts.</summary>
    public abstract string Kind { get; }
}
