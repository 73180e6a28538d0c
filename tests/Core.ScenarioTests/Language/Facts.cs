using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Cilium.Framework.Core.ScenarioTests.Node;
using Cilium.Framework.Core.ScenarioTests.Truth;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Language;

/// <summary>What can be seen of a node. A fact that does not hold says what is seen instead.</summary>
internal sealed class Facts
{
    private readonly World _world;
    private readonly Phrases<Func<string?>> _phrases;

    public Facts(World world)
    {
        _world = world;
        _phrases = new(
        [
            (@"(\S+) reaches (\S+) tcp/(\d+)", words => () => Reaches(Packet.Read(words)) ? null : "it does not arrive"),
            (@"(\S+) does not reach (\S+) tcp/(\d+)", words => () => Reaches(Packet.Read(words)) ? "it passes" : null),
            (@"the connection of (\S+) to (\S+) tcp/(\d+) goes on", words => () => _world.Connections.Contradicts(Packet.Read(words), goesOn: true)),
            (@"the connection of (\S+) to (\S+) tcp/(\d+) does not go on", words => () => _world.Connections.Contradicts(Packet.Read(words), goesOn: false)),
            (@"either (.+) or (.+)", words => () => (Contradicts(words[0]) is null) == (Contradicts(words[1]) is null) ? $"both {(Contradicts(words[0]) is null ? "hold" : "do not hold")}" : null),
            (@"endpoint (\d+) is held (dropping|enforcing \S+)", words => () => Differs(Held(words[0]), words[1])),
            (@"endpoint (\d+) is not held", words => () => Differs(Held(words[0]), "")),
            (@"endpoint (\d+) is (\S+) at revision (\d+)", words => () => Differs(StateOf(words[0]), $"{words[1]} at revision {words[2]}")),
            (@"endpoint (\d+) is (\S+)", words => () => Differs(StateOf(words[0]).Split(' ')[0], words[1])),
            (@"endpoint (\d+) says ""(.*)""", words => () => Differs(_world.Node!.Projection.Find(Id(words[0]))!.Message, words[1])),
            (@"endpoint (\d+) is at most at revision (\d+)", words => () => RevisionOf(words[0]) <= ulong.Parse(words[1], CultureInfo.InvariantCulture) ? null : $"it is at {RevisionOf(words[0])}"),
            (@"ipcache (\S+/\d+) says ""(.*)""", words => () => Differs(_world.Node!.Tables.IpCache.Rows[IpPrefix.Parse(words[0])]?.Status.Text ?? "nothing, there is no such row", words[1])),
            (@"ipcache holds (\S+) as (\S+)", words => () => Differs(Resolves(words[0]), words[1])),
            (@"ipcache does not hold (\S+)", words => () => Differs(Resolves(words[0]), "nothing")),
            (@"policies (\S+) holds (\d+) entries", words => () => Differs(EntriesOf(words[0]), words[1])),
        ]);
    }

    /// <summary>What is seen instead; null when the line holds.</summary>
    public string? Contradicts(string line) => _phrases.Read(line)();

    /// <summary>Three dots stand for anything.</summary>
    private static string? Differs(string seen, string said) => Regex.IsMatch(seen, $"^{Regex.Escape(said).Replace(@"\.\.\.", ".*", StringComparison.Ordinal)}$") ? null : $"seen: {(seen.Length > 0 ? seen : "nothing")}";

    private static ushort Id(string word) => ushort.Parse(word, CultureInfo.InvariantCulture);

    /// <summary>An endpoint that is not held is not there.</summary>
    private bool Reaches(Packet packet) =>
        _world.Datapath.Passes(packet) && ((IPAddress[])[packet.From, packet.To]).All(end => _world.History.Now.At(end) is null || _world.Datapath.Local(end) is not null);

    private string Held(string id) => _world.Datapath.Endpoints.Held.GetValueOrDefault(Id(id)) is not { } row ? ""
        : row.Policy is { } policy ? $"enforcing {_world.Names.Subject(policy.Subject)}" : "dropping";

    private string StateOf(string id)
    {
        var view = _world.Node!.Projection.Find(Id(id));
        return view is null ? "unknown" : $"{view.State.Text()} at revision {view.PolicyRevision}";
    }

    private ulong RevisionOf(string id) => _world.Node!.Projection.Find(Id(id))?.PolicyRevision ?? 0;

    private string Resolves(string prefix) => _world.Datapath.IpCache.Held.TryGetValue(IpPrefix.Parse(prefix), out var row) ? _world.Names.Remote(row.Identity) : "nothing";

    private string EntriesOf(string subject) =>
        _world.Datapath.Policies.Held.Values.SingleOrDefault(row => _world.Names.Subject(row.Id.Subject) == subject)?.Entries.Count.ToString(CultureInfo.InvariantCulture) ?? "no policy";
}
