using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>Keys of identities in the store (Cilium facts 9.4): <c>id/NUMBER</c> holds the labels, <c>value/LABELS/NODE</c> says that a node uses them.</summary>
/// <param name="isEncoded">Label sets are written as base64url, as others who share this kind of store do (<see cref="KvstoreCapabilities.EncodedLabelKeys"/>).</param>
internal sealed class IdentityKeys(bool isEncoded)
{
    public const string Root = "cilium/state/identities/v1/";
    public const string Numbers = Root + "id/";
    public const string Uses = Root + "value/";

    /// <summary>Numbers that a collection has removed on purpose, for a while: who sees one vanish finds here that nobody wants it back.</summary>
    public const string Collected = "cilium/framework/v1/identities/collected/";

    /// <summary>Label sets as they are.</summary>
    public static readonly IdentityKeys Plain = new(isEncoded: false);

    /// <summary>The keys of a store.</summary>
    public static IdentityKeys Of(IKvstore store) => store.Capabilities.HasFlag(KvstoreCapabilities.EncodedLabelKeys) ? new(isEncoded: true) : Plain;

    public static string Number(NumericIdentity id) => Numbers + id;

    /// <summary>Folder of all uses of a label set. Ends in <c>/</c>: without it a set would find the uses of longer sets that begin with it.</summary>
    public string UsesOf(LabelSet labels) => $"{Uses}{LabelsOf(labels)}/";

    public string Use(LabelSet labels, string node) => UsesOf(labels) + node;

    public byte[] Value(LabelSet labels) => Encoding.UTF8.GetBytes(LabelsOf(labels));

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
    public static bool IsUseOf(string key, string node) => TryReadUse(key, out _, out var user) && user == node;

    /// <summary>Parts of a use's key: the label set as it is written there, and the node. The node has no slash in it; labels may.</summary>
    public static bool TryReadUse(string key, out string labels, out string node)
    {
        (labels, node) = ("", "");
        var slash = key.LastIndexOf('/');
        if (!key.StartsWith(Uses, StringComparison.Ordinal) || slash <= Uses.Length || slash == key.Length - 1)
            return false;
        (labels, node) = (key[Uses.Length..slash], key[(slash + 1)..]);
        return true;
    }

    /// <summary>Labels of a number's value; null when somebody wrote something that is no label key.</summary>
    public LabelSet? ReadLabels(ReadOnlySpan<byte> value) => ReadLabels(Encoding.UTF8.GetString(value));

    /// <summary>Labels as a key or value has them; null when the text is none.</summary>
    public LabelSet? ReadLabels(string text)
    {
        try
        {
            return LabelSet.FromKey(isEncoded ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)) : text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>A label set as keys and values have it.</summary>
    public string LabelsOf(LabelSet labels) =>
        // Go's URLEncoding pads.
        isEncoded ? Convert.ToBase64String(Encoding.UTF8.GetBytes(labels.ToKey())).Replace('+', '-').Replace('/', '_') : labels.ToKey();
}
