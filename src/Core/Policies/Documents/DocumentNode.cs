using Cilium.Framework.Errors;

namespace Cilium.Framework.Policies.Documents;

/// <summary>A value of a policy document, YAML or JSON, with its place: one reader serves both.</summary>
/// <param name="Path">Where it stands.</param>
/// <param name="Line">Line in the text, counted from 1.</param>
internal abstract record DocumentNode(DocumentPath Path, int Line)
{
    /// <summary>Keys and values, in the order written.</summary>
    internal sealed record Mapping(DocumentPath Path, int Line, IReadOnlyList<(string Key, DocumentNode Value)> Entries) : DocumentNode(Path, Line)
    {
        public DocumentNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key).Value;

        public override string Kind => "an object";
    }

    /// <summary>A list.</summary>
    internal sealed record Sequence(DocumentPath Path, int Line, IReadOnlyList<DocumentNode> Items) : DocumentNode(Path, Line)
    {
        public override string Kind => "a list";
    }

    /// <summary>A text, number or truth value, as it was written.</summary>
    /// <param name="IsQuoted">Written in quotes: surely a text.</param>
    internal sealed record Scalar(DocumentPath Path, int Line, string Text, bool IsQuoted) : DocumentNode(Path, Line)
    {
        public override string Kind => $"\"{Excerpt.Of(Text)}\"";
    }

    /// <summary>Nothing (<c>null</c>, <c>~</c>, or no value at all).</summary>
    internal sealed record Null(DocumentPath Path, int Line) : DocumentNode(Path, Line)
    {
        public override string Kind => "null";
    }

    /// <summary>What it is, for error texts.</summary>
    public abstract string Kind { get; }
}
