using System.Globalization;
using System.Text;

namespace Cilium.Framework.Routing.Bench.Scale;

/// <summary>One node among 1,000, each with 100 pods.</summary>
/// <param name="FollowSeconds">From the first write into the store until the kernel had all of it, the agent running.</param>
/// <param name="WriteSeconds">Of that, until the store had acknowledged the last write.</param>
/// <param name="StartSeconds">From the start of an agent whose kernel state is there until it is ready.</param>
/// <param name="EmptyStartSeconds">The same, all state of the kernel and the disk gone: until the kernel has all of it again.</param>
/// <param name="ProcessorSeconds">Of the agent, for that.</param>
/// <param name="ResidentMegabytes">The agent at rest.</param>
/// <param name="AddressMilliseconds">A pod's identity changes: from the write into the store until the kernel has it, median.</param>
/// <param name="NodeMilliseconds">A node comes, a node goes: until its route is there, or is gone, median.</param>
/// <param name="ChangeMicroseconds">Processor time of the agent for one changed address, of many.</param>
internal sealed record ScaleFigures(
    double FollowSeconds, double WriteSeconds, double StartSeconds, double EmptyStartSeconds, double ProcessorSeconds, double ResidentMegabytes, double AddressMilliseconds, double NodeMilliseconds, double ChangeMicroseconds)
{
    public string ToTable(string routing)
    {
        var text = new StringBuilder();
        Line("cluster written while the agent runs, until realised, s", FollowSeconds);
        Line("  of that, until the store had all of it, s", WriteSeconds);
        Line("agent started again until ready, s", StartSeconds);
        Line("agent started with nothing until all is realised, s", EmptyStartSeconds);
        Line("  its processor time, s", ProcessorSeconds);
        Line("resident memory at rest, MB", ResidentMegabytes);
        Line("one pod's identity changes, until realised, ms", AddressMilliseconds);
        Line("one node comes or goes, until realised, ms", NodeMilliseconds);
        Line("processor time per changed address, us", ChangeMicroseconds);
        return text.ToString().TrimEnd();

        void Line(string what, double value) => text.Append(string.Create(CultureInfo.InvariantCulture, $"{routing + ": " + what,-70} {value,9:0.0}\n"));
    }
}
