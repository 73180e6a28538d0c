using Cilium.Framework.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cilium.Framework.Policies.Documents;

/// <summary>Text -> located nodes. JSON is read as the YAML that it is. Bounded: size, depth, number of values, length of keys; anchors are refused.</summary>
internal sealed class DocumentReader
{
    /// <summary>Largest text, in characters.</summary>
    public const int MaxLength = 4 << 20;

    /// <summary>Longest key. A key of Kubernetes has at most 317 characters; one that is longer than 1024 as JSON could not be read back from the state directory.</summary>
    public const int MaxKeyLength = 500;

    /// <summary>Deepest nesting; a policy needs about ten levels.</summary>
    private const int MaxDepth = 40;

    /// <summary>Most values of all documents together.</summary>
    private const int MaxValues = 500_000;

    /// <summary>Most characters of what the parser of YAML says.</summary>
    private const int MaxReason = 200;

    private readonly Parser _parser;
    private readonly int _maxValues;
    private int _values;

    private DocumentReader(string text, int maxValues) => (_parser, _maxValues) = (new Parser(new StringReader(text)), maxValues);

    /// <summary>The documents of a text; empty ones are left out.</summary>
    /// <exception cref="DocumentException">Not YAML or JSON, or beyond a bound.</exception>
    public static IReadOnlyList<DocumentNode> Read(string text)
    {
        if (text.Length > MaxLength)
            throw new DocumentException($"CF2001 the text has {text.Length} characters. Accepted: at most {MaxLength}. Split it. Nothing was imported.");
        return Read(text.StartsWith('\uFEFF') ? text[1..] : text, MaxValues);
    }

    /// <summary>A rule as this agent wrote it. It was bounded when it was imported; as JSON, with its labels, it may be larger than it was.</summary>
    /// <exception cref="DocumentException">It is not what the agent wrote.</exception>
    public static DocumentNode ReadStored(string text) => Read(text, int.MaxValue) is [var rule] ? rule : throw new DocumentException("CF2008 the text does not hold one rule.");

    private static List<DocumentNode> Read(string text, int maxValues)
    {
        var reader = new DocumentReader(text, maxValues);
        try
        {
            return reader.ReadAll();
        }
        catch (YamlException exception)
        {
            throw NotADocument(exception.Start, exception.InnerException ?? exception);
        }
        catch (Exception exception) when (exception is not (DocumentException or OutOfMemoryException))
        {
            // The parser lets exceptions of every kind out of texts that it did not foresee.
            throw NotADocument(reader._parser.Current?.End ?? Mark.Empty, exception);
        }
    }

    private static DocumentException NotADocument(Mark at, Exception exception) =>
        new($"CF2002 line {at.Line}, column {at.Column}: not YAML or JSON: {Excerpt.Of(exception.Message, MaxReason)} Nothing was imported.");

    private List<DocumentNode> ReadAll()
    {
        var documents = new List<DocumentNode>();
        _parser.Consume<StreamStart>();
        while (_parser.TryConsume<DocumentStart>(out _))
        {
            var document = ReadNode(DocumentPath.Root, 0);
            if (document is not DocumentNode.Null)
                documents.Add(document);
            _parser.Consume<DocumentEnd>();
        }

        _parser.Consume<StreamEnd>();
        return documents;
    }

    private DocumentNode ReadNode(DocumentPath path, int depth)
    {
        var line = (int)_parser.Current!.Start.Line;
        if (depth > MaxDepth)
            throw new DocumentException($"CF2003 line {line}: nested deeper than {MaxDepth} levels. Nothing was imported.");
        if (++_values > _maxValues)
            throw new DocumentException($"CF2004 line {line}: more than {_maxValues} values. Split the text. Nothing was imported.");
        if (_parser.Accept<AnchorAlias>(out _) || _parser.Current is NodeEvent { Anchor.IsEmpty: false })
            throw new DocumentException($"CF2005 line {line}: anchors and aliases are not accepted. Write the value out. Nothing was imported.");
        if (_parser.TryConsume<MappingStart>(out _))
            return ReadMapping(path, line, depth);
        if (_parser.TryConsume<SequenceStart>(out _))
            return ReadSequence(path, line, depth);
        return ReadScalar(path, line, _parser.Consume<Scalar>());
    }

    private DocumentNode.Mapping ReadMapping(DocumentPath path, int line, int depth)
    {
        var entries = new List<(string, DocumentNode)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var start = _parser.Current!.Start;
            if (!_parser.TryConsume<Scalar>(out var key) || key.Value.Length > MaxKeyLength)
                throw new DocumentException($"CF2006 line {start.Line}: a key must be a text of at most {MaxKeyLength} characters. Nothing was imported.");
            CheckText((int)start.Line, key.Value);
            if (!seen.Add(key.Value))
                throw new DocumentException($"CF2007 line {start.Line}: \"{Excerpt.Of(key.Value)}\" is given twice{(path.IsRoot ? "" : $" in {path}")}. Nothing was imported.");
            entries.Add((key.Value, ReadNode(path.Field(key.Value), depth + 1)));
        }

        return new(path, line, entries);
    }

    private DocumentNode.Sequence ReadSequence(DocumentPath path, int line, int depth)
    {
        var items = new List<DocumentNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(path.Item(items.Count), depth + 1));
        return new(path, line, items);
    }

    private static DocumentNode ReadScalar(DocumentPath path, int line, Scalar scalar)
    {
        if (scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL")
            return new DocumentNode.Null(path, line);
        CheckText(line, scalar.Value);
        return new DocumentNode.Scalar(path, line, scalar.Value, scalar.Style != ScalarStyle.Plain);
    }

    /// <summary>Half a character (a surrogate alone) is no text: it can be escaped in a document, but neither stored nor answered.</summary>
    private static void CheckText(int line, string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
            return;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsSurrogatePair(text, i))
                throw new DocumentException($"CF2002 line {line}: U+{(int)text[i]:X4} is half of a character. Nothing was imported.");
            i++;
        }
    }
}
