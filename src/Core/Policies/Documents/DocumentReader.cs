using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cilium.Framework.Policies.Documents;

/// <summary>Text -> located nodes. JSON is read as the YAML that it is. Bounded: size, depth, number of values; anchors are refused.</summary>
internal sealed class DocumentReader
{
    /// <summary>Largest text, in characters.</summary>
    public const int MaxLength = 4 << 20;

    /// <summary>Deepest nesting; a policy needs about ten levels.</summary>
    private const int MaxDepth = 40;

    /// <summary>Most values of all documents together.</summary>
    private const int MaxValues = 500_000;

    private readonly Parser _parser;
    private int _values;

    private DocumentReader(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>The documents of a text; empty ones are left out.</summary>
    /// <exception cref="DocumentException">Not YAML or JSON, or beyond a bound.</exception>
    public static IReadOnlyList<DocumentNode> Read(string text)
    {
        if (text.Length > MaxLength)
            throw new DocumentException($"CF2001 the text has {text.Length} characters. Accepted: at most {MaxLength}. Split it. Nothing was imported.");
        try
        {
            return new DocumentReader(text).ReadAll();
        }
        catch (YamlException exception)
        {
            throw new DocumentException($"CF2002 line {exception.Start.Line}, column {exception.Start.Column}: not YAML or JSON: {exception.InnerException?.Message ?? exception.Message} Nothing was imported.");
        }
    }

    private List<DocumentNode> ReadAll()
    {
        var documents = new List<DocumentNode>();
        _parser.Consume<StreamStart>();
        while (_parser.TryConsume<DocumentStart>(out _))
        {
            var document = ReadNode("", 0);
            if (document is not DocumentNode.Null)
                documents.Add(document);
            _parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private DocumentNode ReadNode(string path, int depth)
    {
        var here = _parser.Current!.Start;
        if (depth > MaxDepth)
            throw new DocumentException($"CF2003 line {here.Line}: nested deeper than {MaxDepth} levels. Nothing was imported.");
        if (++_values > MaxValues)
            throw new DocumentException($"CF2004 line {here.Line}: more than {MaxValues} values. Split the text. Nothing was imported.");
        if (_parser.Accept<AnchorAlias>(out _) || _parser.Current is NodeEvent { Anchor.IsEmpty: false })
            throw new DocumentException($"CF2005 line {here.Line}: anchors and aliases are not accepted. Write the value out. Nothing was imported.");
        if (_parser.TryConsume<MappingStart>(out _))
            return ReadMapping(path, (int)here.Line, depth);
        if (_parser.TryConsume<SequenceStart>(out _))
            return ReadSequence(path, (int)here.Line, depth);
        return ReadScalar(path, (int)here.Line, _parser.Consume<Scalar>());
    }

    private DocumentNode.Mapping ReadMapping(string path, int line, int depth)
    {
        var entries = new List<(string, DocumentNode)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var start = _parser.Current!.Start;
            if (!_parser.TryConsume<Scalar>(out var key))
                throw new DocumentException($"CF2006 line {start.Line}: a key must be a text. Nothing was imported.");
            if (!seen.Add(key.Value))
                throw new DocumentException($"CF2007 line {start.Line}: \"{key.Value}\" is given twice{(path.Length == 0 ? "" : $" in {path}")}. Nothing was imported.");
            entries.Add((key.Value, ReadNode(path.Length == 0 ? key.Value : $"{path}.{key.Value}", depth + 1)));
        }

        return new(path, line, entries);
    }

    private DocumentNode.Sequence ReadSequence(string path, int line, int depth)
    {
        var items = new List<DocumentNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode($"{path}[{items.Count}]", depth + 1));
        return new(path, line, items);
    }

    private static DocumentNode ReadScalar(string path, int line, Scalar scalar)
    {
        var isPlain = scalar.Style == ScalarStyle.Plain;
        return isPlain && scalar.Value is "" or "~" or "null" or "Null" or "NULL" && isPlain
            ? new DocumentNode.Null(path, line)
            : new DocumentNode.Scalar(path, line, scalar.Value, !isPlain);
    }
}
