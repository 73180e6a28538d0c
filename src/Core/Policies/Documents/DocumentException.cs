using Cilium.Framework.Errors;

namespace Cilium.Framework.Policies.Documents;

/// <summary>A policy text is refused; carries every problem found. Nothing was imported.</summary>
/// <param name="problems">At least one, each with its id and place.</param>
public sealed class DocumentException(IReadOnlyList<string> problems) : CiliumException(ErrorKind.Invalid, string.Join('\n', problems))
{
    internal DocumentException(string problem)
        : this([problem])
    {
    }

    /// <summary>Every problem, in the order of the text.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
