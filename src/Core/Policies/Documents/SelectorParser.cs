using Cilium.Framework.Errors;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies.Rules;

namespace Cilium.Framework.Policies.Documents;

/// <summary>Reads <c>matchLabels</c> and <c>matchExpressions</c>. A key may carry its source (<c>k8s:app</c>); without one any source matches. A dot separates nothing: <c>k8s.io/app</c> is a key.</summary>
/// <param name="fields">Reads and complains.</param>
internal sealed class SelectorParser(FieldReader fields)
{
    public LabelSelector? Parse(DocumentNode node)
    {
        if (fields.Mapping(node) is not { } selector)
            return null;
        fields.Allow(selector, ["matchLabels", "matchExpressions"], []);
        var requirements = new List<LabelRequirement>();
        if (fields.Mapping(selector.Find("matchLabels")) is { } labels)
        {
            foreach (var (key, value) in labels.Entries)
            {
                if (fields.Text(value) is { } text && Label(key, text, value) is { } label)
                    requirements.Add(new(label.Source, label.Key, LabelOperator.In, [label.Value]));
            }
        }

        foreach (var expression in fields.List(selector.Find("matchExpressions")) ?? [])
        {
            if (ParseExpression(expression) is { } requirement)
                requirements.Add(requirement);
        }

        return new LabelSelector(requirements);
    }

    private LabelRequirement? ParseExpression(DocumentNode node)
    {
        if (fields.Mapping(node) is not { } expression)
            return null;
        fields.Allow(expression, ["key", "operator", "values"], []);
        if (expression.Find("key") is not { } keyNode)
        {
            fields.Problem(2121, node, "key is missing.");
            return null;
        }

        var values = (fields.List(expression.Find("values")) ?? []).Select(fields.Text).OfType<string>().ToList();
        if (fields.Text(keyNode) is not { } key || Label(key, "", keyNode) is not { } label || ParseOperator(expression, values) is not { } comparison)
            return null;
        foreach (var value in values)
        {
            if (Label(key, value, expression) is null)
                return null;
        }

        return new(label.Source, label.Key, comparison, values);
    }

    private LabelOperator? ParseOperator(DocumentNode.Mapping expression, List<string> values)
    {
        var node = expression.Find("operator") ?? expression;
        var text = (expression.Find("operator") as DocumentNode.Scalar)?.Text ?? "";
        if (text is not ("In" or "NotIn" or "Exists" or "DoesNotExist"))
        {
            fields.Problem(2122, node, $"operator \"{Excerpt.Of(text)}\" is not known. Accepted: In, NotIn, Exists, DoesNotExist.");
            return null;
        }

        var comparison = Enum.Parse<LabelOperator>(text);
        var wantsValues = comparison is LabelOperator.In or LabelOperator.NotIn;
        if (wantsValues == values.Count > 0)
            return comparison;
        fields.Problem(2123, node, wantsValues ? $"{text} needs at least one value." : $"{text} takes no values.");
        return null;
    }

    private Label? Label(string key, string value, DocumentNode at)
    {
        var text = value.Length == 0 ? key : $"{key}={value}";
        if (key.Contains('=', StringComparison.Ordinal))
        {
            fields.Problem(2124, at, $"the key \"{Excerpt.Of(key)}\" contains '='.");
            return null;
        }

        if (Labels.Label.TryParse(text, Labels.Label.AnySource, out var label, out var error))
            return label;
        fields.Problem(2124, at, error!);
        return null;
    }
}
