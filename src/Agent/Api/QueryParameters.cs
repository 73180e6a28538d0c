using Cilium.Framework.Configuration;
using Microsoft.AspNetCore.WebUtilities;

namespace Cilium.Framework.Agent.Api;

/// <summary>The query of a route: names are taken as they are written, an unknown one is refused, and so is one that is given twice. A parameter that nobody reads
/// would otherwise widen what a request means: <c>?labels=</c> instead of <c>?label=</c> is no restriction.</summary>
/// <param name="Names">What the route reads.</param>
internal sealed record QueryParameters(params IReadOnlyList<string> Names)
{
    /// <summary>The one name that may be repeated.</summary>
    public const string Label = "label";

    /// <summary>Comes before every route of a group.</summary>
    public static ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var known = context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<QueryParameters>() ?? new QueryParameters();
        known.Check(Read(request).Select(pair => pair.Name));
        return next(context);
    }

    /// <summary>The values of a name, in their order.</summary>
    public static IEnumerable<string> Values(HttpRequest request, string name) => Read(request).Where(pair => pair.Name == name).Select(pair => pair.Value);

    /// <summary>The value of a name; null when it is not given.</summary>
    public static string? Value(HttpRequest request, string name) => Values(request, name).FirstOrDefault();

    private static List<(string Name, string Value)> Read(HttpRequest request)
    {
        var read = new List<(string, string)>();
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
            read.Add((pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
        return read;
    }

    private void Check(IEnumerable<string> given)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in given)
        {
            if (!Names.Contains(name, StringComparer.Ordinal))
                throw new RefusedException(400, $"{Shown(name)}: is not a query parameter of this path.{Accepted(name)} Nothing was changed.");
            if (!seen.Add(name) && name != Label)
                throw new RefusedException(400, $"{name}: is given more than once. Accepted: one value. Nothing was changed.");
        }
    }

    private string Accepted(string name)
    {
        if (Names.Count == 0)
            return " It has none.";
        return NearestKey.Of(name.ToLowerInvariant(), Names, NearestKey.Sensible(name)) is { } nearest
            ? $" Nearest accepted: {nearest}."
            : $" Accepted: {string.Join(", ", Names)}.";
    }

    private static string Shown(string name) => $"\"{TextShown.Of(name)}\"";
}
