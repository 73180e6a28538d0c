namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>Judges what nodes showed of their endpoints: who has a number keeps it, the store has given it, and at no moment label sets and numbers are mixed up.</summary>
internal static class SeenAllocations
{
    /// <returns>What must not have happened; empty: all is well.</returns>
    public static IReadOnlyList<string> Complaints(IReadOnlyList<Sighting> sightings, StoredAllocations stored)
    {
        var numbered = sightings.Where(sighting => sighting.Number is not null).ToList();
        return
        [
            .. sightings.GroupBy(sighting => sighting.Endpoint).SelectMany(Changes),
            .. numbered.Where(sighting => !stored.WasGiven(sighting.Labels, sighting.Number!.Value)).Select(sighting => $"{sighting}, which the store never gave to these labels"),
            .. Overlaps(numbered, sighting => sighting.Labels, sighting => sighting.Number!),
            .. Overlaps(numbered, sighting => sighting.Number!, sighting => sighting.Labels),
        ];
    }

    private static IEnumerable<string> Changes(IEnumerable<Sighting> ofOne)
    {
        var ordered = ofOne.OrderBy(sighting => sighting.From).ToList();
        return ordered.Zip(ordered.Skip(1)).Where(pair => pair.First.Number is not null && pair.First.Number != pair.Second.Number).Select(pair => $"the number of an endpoint changed: {pair.First}; {pair.Second}");
    }

    private static IEnumerable<string> Overlaps(List<Sighting> numbered, Func<Sighting, object> same, Func<Sighting, object> differs) =>
        from alike in numbered.GroupBy(same)
        where alike.DistinctBy(differs).Skip(1).Any()
        from one in alike
        from other in alike
        where string.CompareOrdinal(one.Endpoint, other.Endpoint) < 0 && !differs(one).Equals(differs(other)) && one.Overlaps(other)
        select $"at the same time {one}, and {other}";
}
