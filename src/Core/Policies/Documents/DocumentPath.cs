using Cilium.Framework.Errors;

namespace Cilium.Framework.Policies.Documents;

/// <summary>Where a value stands in its document. A chain: it is written out only when something is wrong there, however many values stand below a long key.</summary>
internal sealed class DocumentPath
{
    /// <summary>The document itself.</summary>
    public static readonly DocumentPath Root = new(null, null, 0);

    private readonly DocumentPath? _parent;
    private readonly string? _key;
    private readonly int _index;

    private DocumentPath(DocumentPath? parent, string? key, int index) => (_parent, _key, _index) = (parent, key, index);

    public bool IsRoot => _parent is null;

    /// <summary>The field of an object.</summary>
    public DocumentPath Field(string key) => new(this, key, 0);

    /// <summary>The item of a list.</summary>
    public DocumentPath Item(int index) => new(this, null, index);

    /// <summary>Such as <c>spec.ingress[0].toPorts[0].ports[1].port</c>; empty for the document itself.</summary>
    public override string ToString()
    {
        if (_parent is null)
            return "";
        if (_key is null)
            return $"{_parent}[{_index}]";
        return _parent.IsRoot ? Excerpt.Of(_key) : $"{_parent}.{Excerpt.Of(_key)}";
    }
}
