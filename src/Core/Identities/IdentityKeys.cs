using System.Globalization;
using System.Text;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>Keys of identities in the store (Cilium facts 9.4): <c>id/NUMBER</c> holds the labels, <c>value/LABELS/NODE</c> says that a node uses them.</summary>
internal static class IdentityKeys
{
    public const string Root = "cilium/state/identities/v1/";
    public const string Numbers = Root + "id/";
    public const string Uses = Root + "value/";

    public static string Number(NumericIdentity id) => Numbers + id;

    /// <summary>Folder of all uses of a label set. Ends in <c>/</c>: without it a set would find the uses of longer sets that begin with it.</summary>
    public static string UsesOf(LabelSet labels) => $"{Uses}{labels.ToKey()}/";

    public static string Use(LabelSet labels, string node) => UsesOf(labels) + node;

    public static byte[] Value(LabelSet labels) => Encoding.UTF8.GetBytes(labels.ToKey());

    public static byte[] Value(NumericIdentity id) => Encoding.UTF8.GetBytes(id.ToString());

    public static bool TryReadNumber(string key, out NumericIdentity id)
    {
        id = default;
        if (!key.StartsWith(Numbers, StringComparison.Ordinal) || !uint.TryParse(key.AsSpan(Numbers.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        id = new(number);
        return true;
    }

    /// <summary>Number that a use names; null when somebody wrote something else.</summary>
    public static NumericIdentity? ReadNumber(ReadOnlySpan<byte> value) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new NumericIdentity(number) : null;

    /// <summary>The key says that a node uses a label set, whichever.</summary>
    public static bool IsUseOf(string key, string node) => key.StartsWith(Uses, StringComparison.Ordinal) && key.EndsWith(";/" + node, StringComparison.Ordinal);

    /// <summary>Labels of a number's value; null when somebody wrote something that is no label key.</summary>
    public static LabelSet? ReadLabels(ReadOnlySpan<byte> value)
    {
        try
        {
            return LabelSet.FromKey(Encoding.UTF8.GetString(value));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
