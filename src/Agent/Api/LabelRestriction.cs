using Cilium.Framework.Client.Models;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Agent.Api;

/// <summary>Labels that narrow a request: in the body as Cilium has them, a JSON list of texts (facts 9.8), and in the query as <c>label</c>, which may be repeated.</summary>
/// <param name="Labels">Of both places together.</param>
internal sealed record LabelRestriction(LabelSet Labels)
{
    /// <summary>Nothing narrows the request.</summary>
    public bool IsEmpty => Labels.Count == 0;

    /// <exception cref="RefusedException">400 or 413.</exception>
    public static async Task<LabelRestriction> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var inBody = await RequestBody.ReadOptionalJsonAsync(request, ApiJson.Plain.IReadOnlyListString, ct) ?? [];
        try
        {
            return new(LabelSet.Parse(inBody.Concat(QueryParameters.Values(request, QueryParameters.Label))));
        }
        catch (FormatException exception)
        {
            throw new RefusedException(400, exception.Message);
        }
    }
}
