using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;

/// <summary>The variant of the datapath that this run of the tests exercises: test.sh runs them once for each, by the environment.</summary>
internal static class Variant
{
    /// <summary>table (default) or lru.</summary>
    private const string ConntrackVariable = "CILIUM_TEST_CONNTRACK";

    /// <summary>auto (default), tcx or tc.</summary>
    private const string AttachVariable = "CILIUM_TEST_ATTACH";

    private static readonly AsyncLocal<string?> ObjectsHere = new();

    /// <summary>Holds the folder <c>bpf</c> with the programs that nodes made from here load.</summary>
    public static string Objects { get => ObjectsHere.Value ?? AppContext.BaseDirectory; set => ObjectsHere.Value = value; }

    public static BpfSettings Settings { get; } = new()
    {
        BpfFs = "",
        ConntrackTable = Environment.GetEnvironmentVariable(ConntrackVariable) != "lru",
        Attach = Enum.Parse<AttachMode>(Environment.GetEnvironmentVariable(AttachVariable) ?? nameof(AttachMode.Auto), ignoreCase: true),
    };
}
