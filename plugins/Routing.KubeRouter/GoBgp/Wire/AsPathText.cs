using System.Text;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;

/// <summary>Writes AS paths as routers do: sequences in a row, sets in braces, those of confederations in round and square brackets (RFC 4271, 4.3; RFC 5065).</summary>
internal static class AsPathText
{
    private const int Set = 1, Sequence = 2, ConfederationSequence = 3, ConfederationSet = 4;

    /// <summary>A type that RFCs define.</summary>
    public static bool IsSegment(int type) => type is >= Set and <= ConfederationSet;

    /// <param name="text">The path so far.</param>
    /// <param name="type">Type of the next segment.</param>
    /// <param name="numbers">Its autonomous systems.</param>
    public static void Append(StringBuilder text, int type, IEnumerable<uint> numbers)
    {
        var (begin, separator, end) = type switch
        {
            Set => ("{", ",", "}"),
            ConfederationSequence => ("(", " ", ")"),
            ConfederationSet => ("[", ",", "]"),
            _ => ("", " ", ""),
        };
        if (text.Length > 0)
            text.Append(' ');
        text.Append(begin).AppendJoin(separator, numbers).Append(end);
    }
}
