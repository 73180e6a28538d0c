namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>An endpoint as its node showed it, for as long as nothing about it changed.</summary>
/// <param name="Endpoint">Its container; no other one of the run has it.</param>
/// <param name="Labels">As the store writes them.</param>
/// <param name="Number">Its identity; null: it had none.</param>
/// <param name="From">When the first answer that shows it had come. It may have been so for longer.</param>
/// <param name="Until">When the last answer that shows it was asked for. It may have stayed so.</param>
internal sealed record Sighting(string Endpoint, string Labels, long? Number, TimeSpan From, TimeSpan Until)
{
    /// <summary>There was a moment at which both were so.</summary>
    public bool Overlaps(Sighting other) => From <= other.Until && other.From <= Until;

    /// <inheritdoc />
    public override string ToString() => FormattableString.Invariant($"{Endpoint} ({Labels}) had {Number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no number"} from {From.TotalSeconds:0.0} s to {Until.TotalSeconds:0.0} s");
}
