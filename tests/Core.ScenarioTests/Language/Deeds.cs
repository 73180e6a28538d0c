using System.Globalization;
using System.Net;
using Cilium.Framework.Core.ScenarioTests.Node;
using Cilium.Framework.Core.ScenarioTests.Truth;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Language;

/// <summary>What can happen to a node.</summary>
internal sealed class Deeds(World world)
{
    private readonly Phrases<Action> _phrases = new(
    [
        (@"identity (\d+) (\S+)", words => () => world.Know(new NumericIdentity(uint.Parse(words[0], CultureInfo.InvariantCulture)), LabelSet.Parse(words[1]))),
        (@"no other node uses (\d+) any more", words => () => world.Forget(new NumericIdentity(uint.Parse(words[0], CultureInfo.InvariantCulture)))),
        (@"endpoint (\d+) is deleted", words => () => world.Delete(Id(words[0]))),
        (@"endpoint (\d+) becomes (\S+)", words => () => world.Relabel(Id(words[0]), LabelSet.Parse(words[1]))),
        (@"endpoint (\d+) (\S+) (\S+:\S+=\S+)", words => () => world.Add(new ToldEndpoint(Id(words[0]), IPAddress.Parse(words[1]), LabelSet.Parse(words[2])))),
        (@"policy (\S+) is deleted", words => () => world.DeletePolicy(words[0])),
        (@"policy (\S+?)(?: for (\S+))? (accepts|sends) (?:anything|tcp/(\d+)) (?:from|to) (\S+)", words => () => world.Import(new PolicyLine(
            words[0],
            words[1].Length > 0 ? words[1] : $"app={words[0]}",
            words[2] == "accepts" ? TrafficDirection.Ingress : TrafficDirection.Egress,
            words[3].Length > 0 ? ushort.Parse(words[3], CultureInfo.InvariantCulture) : (ushort)0,
            words[4]))),
        (@"(policies|endpoints|ipcache) (stop answering|answer again|refuse everything|accept again)", words => () => world.Trouble(words[0], words[1])),
        (@"endpoint (\d+) (\S+) without labels", words => () => world.Add(new ToldEndpoint(Id(words[0]), IPAddress.Parse(words[1]), LabelSet.Empty))),
        (@"(\S+) connects to (\S+) tcp/(\d+)", words => () => world.Connections.Open(Packet.Read(words))),
        (@"the store (stops answering|answers again)", words => () => world.Store.SetAnswers(words[0] == "answers again")),
        (@"the store hangs", _ => world.Store.Hang),
        (@"the agent is killed and starts again", _ => world.Restart),
        (@"the agent is killed", _ => world.Kill),
        (@"the agent starts", _ => world.Start),
        (@"the clock is set (\d+) hours (forward|back)", words => () => world.Clock.Jump(TimeSpan.FromHours(int.Parse(words[0], CultureInfo.InvariantCulture)) * (words[1] == "back" ? -1 : 1))),
        (@"(\S+) seconds pass", words => () => world.Pass(TimeSpan.FromSeconds(double.Parse(words[0], CultureInfo.InvariantCulture)))),
    ]);

    public void Do(string line) => _phrases.Read(line)();

    private static ushort Id(string word) => ushort.Parse(word, CultureInfo.InvariantCulture);
}
