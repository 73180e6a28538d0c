namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>A target that fails as told.</summary>
internal interface IFaultyTarget
{
    /// <summary>Refuses every row.</summary>
    bool Refuses { get; set; }

    /// <summary>It was made to fail and did.</summary>
    bool HasFailed { get; }

    /// <summary>Refuses one row.</summary>
    /// <param name="nth">Which from now on, from 1.</param>
    void RefuseOnce(int nth);

    /// <summary>Throws in one call.</summary>
    /// <param name="nth">Which from now on, from 1.</param>
    /// <param name="after">After how many rows, if there are as many.</param>
    void ThrowOnce(int nth, int after);

    /// <summary>Calls do not return until it answers again.</summary>
    void SetAnswers(bool answers);
}
