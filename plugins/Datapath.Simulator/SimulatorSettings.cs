using System.Globalization;
using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Datapath.Simulator;

/// <summary>Settings of the section <c>datapath:simulator</c>.</summary>
internal sealed record SimulatorSettings
{
    /// <summary>The keys that are understood.</summary>
    public static readonly string[] Keys = ["conntrack-max", "events-max", "trace"];

    /// <summary>Connections of both families together; when all are live, new ones are refused.</summary>
    public int ConntrackMax { get; init; } = 65536;

    /// <summary>Events that nobody has read yet; further ones are counted as lost.</summary>
    public int EventsMax { get; init; } = 8192;

    /// <summary>New connections and changed verdicts are reported.</summary>
    public bool Trace { get; init; } = true;

    /// <exception cref="ConfigurationException">Carries every problem.</exception>
    public static SimulatorSettings Read(IConfigurationSection section)
    {
        var problems = new List<ConfigurationProblem>();
        var defaults = new SimulatorSettings();
        var settings = new SimulatorSettings
        {
            ConntrackMax = Number("conntrack-max", defaults.ConntrackMax, 1, 1 << 24),
            EventsMax = Number("events-max", defaults.EventsMax, 1, 1 << 20),
            Trace = Flag("trace", defaults.Trace),
        };
        return problems.Count == 0 ? settings : throw new ConfigurationException(problems);

        int Number(string key, int fallback, int least, int most)
        {
            if (section[key] is not { } text)
                return fallback;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;
            problems.Add(new($"{section.Path}:{key}", $"\"{text}\" is not accepted. Accepted: {least}..{most}."));
            return fallback;
        }

        bool Flag(string key, bool fallback)
        {
            if (section[key] is not { } text)
                return fallback;
            if (bool.TryParse(text, out var flag))
                return flag;
            problems.Add(new($"{section.Path}:{key}", $"\"{text}\" is not accepted. Accepted: true, false."));
            return fallback;
        }
    }
}
