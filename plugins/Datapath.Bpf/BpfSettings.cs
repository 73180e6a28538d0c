using System.Globalization;
using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Datapath.Bpf;

/// <summary>Settings of the section <c>datapath:bpf</c>.</summary>
internal sealed record BpfSettings
{
    /// <summary>The keys that are understood.</summary>
    public static readonly string[] Keys = ["bpffs", "attach", "conntrack", "conntrack-max", "conntrack-gc-interval", "policy-max", "sysctl", "events-buffer-bytes", "drop-events", "trace"];

    /// <summary>Where maps and programs are pinned; a BPF file system is mounted there when there is none.</summary>
    public required string BpfFs { get; init; }

    /// <summary>How programs are attached to devices.</summary>
    public AttachMode Attach { get; init; }

    /// <summary>Connections per address family.</summary>
    public uint ConntrackMax { get; init; } = ConnectionRoom.Least;

    /// <summary>Their number follows from the machine's memory.</summary>
    public bool ConntrackMaxIsAutomatic { get; init; }

    /// <summary>Connections are kept in the table of our own, not in a hash of the kernel.</summary>
    public bool ConntrackTable { get; init; } = true;

    /// <summary>Pause between two collections of expired connections.</summary>
    public TimeSpan ConntrackGcInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Entries of all policies together.</summary>
    public uint PolicyMax { get; init; } = 1 << 18;

    /// <summary>Machine-wide kernel settings are changed, not only reported.</summary>
    public bool ManageSysctl { get; init; }

    /// <summary>Room for events that nobody has read yet; a power of two.</summary>
    public uint EventsBufferBytes { get; init; } = 1 << 20;

    /// <summary>Drops that are reported per second, endpoint and processor, so that one that floods does not hide the others; 0: any number.</summary>
    public uint DropEventsPerSecond { get; init; } = 1000;

    /// <summary>New connections and changed verdicts are reported.</summary>
    public bool Trace { get; init; } = true;

    /// <exception cref="ConfigurationException">Carries every problem.</exception>
    public static BpfSettings Read(IConfigurationSection section, string runDirectory)
    {
        var problems = new List<ConfigurationProblem>();
        var defaults = new BpfSettings { BpfFs = Path.Combine(runDirectory, "bpffs") };
        var settings = defaults with
        {
            BpfFs = section["bpffs"] ?? defaults.BpfFs,
            Attach = Enum.Parse<AttachMode>(Choice("attach", "auto", "auto", "tcx", "tc"), ignoreCase: true),
            ConntrackMaxIsAutomatic = section["conntrack-max"] is null or "auto",
            ConntrackMax = section["conntrack-max"] is null or "auto" ? ConnectionRoom.OfThisMachine() : Number("conntrack-max", defaults.ConntrackMax, 1024, 1 << 24, "auto, "),
            ConntrackTable = Choice("conntrack", "table", "table", "lru") == "table",
            ConntrackGcInterval = TimeSpan.FromSeconds(Number("conntrack-gc-interval", (uint)defaults.ConntrackGcInterval.TotalSeconds, 1, 3600)),
            PolicyMax = Number("policy-max", defaults.PolicyMax, 256, 1 << 24),
            ManageSysctl = Choice("sysctl", "report", "report", "manage") == "manage",
            EventsBufferBytes = Number("events-buffer-bytes", defaults.EventsBufferBytes, 4096, 1 << 30),
            DropEventsPerSecond = Number("drop-events", defaults.DropEventsPerSecond, 0, 1_000_000),
            Trace = Choice("trace", "true", "true", "false") == "true",
        };
        if (!Path.IsPathRooted(settings.BpfFs))
            problems.Add(new(section.Path + ":bpffs", $"\"{settings.BpfFs}\" is not an absolute path."));
        if (!uint.IsPow2(settings.EventsBufferBytes))
            problems.Add(new(section.Path + ":events-buffer-bytes", $"{settings.EventsBufferBytes} is not a power of two."));
        return problems.Count == 0 ? settings : throw new ConfigurationException(problems);

        uint Number(string key, uint fallback, uint least, uint most, string others = "")
        {
            if (section[key] is not { } text)
                return fallback;
            if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;
            problems.Add(new($"{section.Path}:{key}", $"\"{text}\" is not accepted. Accepted: {others}{least}..{most}."));
            return fallback;
        }

        string Choice(string key, string fallback, params ReadOnlySpan<string> accepted)
        {
            if (section[key] is not { } text)
                return fallback;
            if (accepted.Contains(text.ToLowerInvariant()))
                return text.ToLowerInvariant();
            problems.Add(new($"{section.Path}:{key}", $"\"{text}\" is not accepted. Accepted: {string.Join(", ", accepted)}."));
            return fallback;
        }
    }
}
