using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Policies.Documents;

/// <summary>Reads the fields of one object and collects what is wrong: wrong types, unknown fields, fields that are not built yet.</summary>
/// <param name="policy">Which policy, for the texts.</param>
/// <param name="problems">Collects.</param>
internal sealed class FieldReader(string policy, ProblemList problems)
{
    /// <summary>An error at a place.</summary>
    public void Problem(int id, DocumentNode at, string text) => Problem(id, at, () => text);

    /// <summary>The object, or null with a problem.</summary>
    public DocumentNode.Mapping? Mapping(DocumentNode? node)
    {
        if (node is null or DocumentNode.Mapping)
            return node as DocumentNode.Mapping;
        Problem(2101, node, $"{node.Kind} is not an object.");
        return null;
    }

    /// <summary>The items of a list; null when the field is absent, empty with a problem when it is no list.</summary>
    public IReadOnlyList<DocumentNode>? List(DocumentNode? node)
    {
        switch (node)
        {
            case null:
                return null;
            case DocumentNode.Sequence sequence:
                return sequence.Items;
            default:
                Problem(2102, node, $"{node.Kind} is not a list.");
                return [];
        }
    }

    /// <summary>A text; null with a problem when it is none.</summary>
    public string? Text(DocumentNode? node)
    {
        if (node is DocumentNode.Scalar scalar)
            return scalar.Text;
        if (node is not null)
            Problem(2103, node, $"{node.Kind} is not a text.");
        return null;
    }

    /// <summary>Refuses every field that is neither known nor ignored.</summary>
    /// <param name="mapping">The object.</param>
    /// <param name="known">Fields that are read.</param>
    /// <param name="later">Fields of Cilium's schema that are not built yet.</param>
    public void Allow(DocumentNode.Mapping mapping, IReadOnlyList<string> known, IReadOnlyList<string> later)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            if (known.Contains(key))
                continue;
            if (later.Contains(key))
                Problem(2105, value, $"{key} is a field of Cilium's schema, not built yet. Remove it; nothing of the policy is enforced without it.");
            else
                Problem(2104, value, () => $"{Excerpt.Of(key)} is not a known field. Nearest known: {NearestKey.Of(key, known.Concat(later))}.");
        }
    }

    private void Problem(int id, DocumentNode at, Func<string> text) =>
        problems.Add(() => $"CF{id} {policy}, {(at.Path.IsRoot ? "document" : at.Path)} (line {at.Line}): {text()}");
}
