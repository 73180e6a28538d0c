namespace Cilium.Framework.Fsck;

/// <summary>What can be wrong with the keys that nodes share.</summary>
internal enum KeySpaceDefect
{
    /// <summary>A number that nobody uses: no defect, it waits for its collection.</summary>
    Unused,

    /// <summary>Key or value is not what belongs there.</summary>
    Unreadable,

    /// <summary>It can be read, and no agent believes it.</summary>
    NotAccepted,

    /// <summary>One label set has several numbers.</summary>
    TwoNumbers,

    /// <summary>Nodes use different numbers for one label set.</summary>
    UsesDiffer,

    /// <summary>A number is used, and its own key is gone.</summary>
    MissingNumber,

    /// <summary>A use names a number that means other labels.</summary>
    OtherLabels,

    /// <summary>Two nodes have ranges that overlap.</summary>
    OverlappingRanges,

    /// <summary>One address has several keys.</summary>
    TwoKeys,
}
