using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Fsck;

/// <summary>Something that was found in the store.</summary>
/// <param name="Defect">What is wrong.</param>
/// <param name="Key">Where.</param>
/// <param name="Text">In words, with what to do.</param>
/// <param name="Deeds">What mends it safely, in order; none: a person has to decide.</param>
internal sealed record KeySpaceFinding(KeySpaceDefect Defect, string Key, string Text, params IReadOnlyList<KeySpaceDeed> Deeds)
{
    /// <summary>Nothing is wrong.</summary>
    public bool IsInformation => Defect == KeySpaceDefect.Unused;

    /// <inheritdoc />
    public override string ToString() => $"{Shown(Key)}: {Text}";

    /// <summary>A key in a text: whoever can write to the store must not steer a terminal with it.</summary>
    public static string Shown(string key) => Excerpt.Of(key, new KvstoreLimits().MaxKeyBytes);
}
