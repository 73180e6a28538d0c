using Cilium.Framework.Datapath.Bpf.Conntrack;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>The programs of the datapath, each loaded once for the whole node and pinned.</summary>
internal sealed class ProgramSet : IDisposable
{
    public const string FromEndpoint = "from_endpoint";
    public const string ToEndpoint = "to_endpoint";
    public const string FromHost = "from_host";
    public const string FromNetdev = "from_netdev";
    public const string FromOverlay = "from_overlay";
    public const string Clock = "clock";
    public const string Collect = "collect";
    public const string Insert = "insert";
    public const string Remove = "remove";

    /// <summary>Loaded for each container from which connections move, and never pinned.</summary>
    public const string Move = "move";

    /// <summary>Programs that are attached somewhere; filters that carry another name are not ours.</summary>
    public static readonly string[] Attached = [FromEndpoint, ToEndpoint, FromHost, FromNetdev, FromOverlay];

    private static readonly string[] Run = [Clock, Collect, Insert, Remove];

    private readonly ProgramLoader _loader;
    private readonly Dictionary<string, LoadedProgram> _run = [];
    private readonly List<LoadedProgram> _retired = [];
    private volatile Dictionary<string, LoadedProgram> _attached = [];

    private ProgramSet(ProgramLoader loader) => _loader = loader;

    public LoadedProgram this[string name] => _attached.TryGetValue(name, out var attached) ? attached : _run[name];

    /// <summary>Loads the objects.</summary>
    /// <param name="loader">What loads them.</param>
    /// <param name="previous">Where attached programs look for connections that they do not find; null: nowhere.</param>
    public static ProgramSet Load(ProgramLoader loader, PreviousConnections? previous)
    {
        var set = new ProgramSet(loader);
        try
        {
            foreach (var name in Attached)
                set._attached[name] = loader.Load(name, previous);
            foreach (var name in Run)
                set._run[name] = loader.Load(name, previous: null);
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Where a program is pinned.</summary>
    public static string PinOf(string bpffs, string name) => Path.Combine(bpffs, "prog_" + name);

    /// <summary>Loads what moves connections out of an old container.</summary>
    public ConnectionMover LoadMover(PreviousConnections previous) => new(previous, _loader.LoadUnpinned(Move, previous));

    /// <summary>Loads the attached programs so that they look nowhere else any more. Those before them stay until <see cref="Retire"/>.</summary>
    public void ForgetPrevious()
    {
        var fresh = Attached.ToDictionary(name => name, name => _loader.Load(name, previous: null));
        _retired.AddRange(_attached.Values);
        _attached = fresh;
    }

    /// <summary>Lets the programs go that no device has any more.</summary>
    public void Retire()
    {
        _retired.ForEach(program => program.Descriptor.Dispose());
        _retired.Clear();
    }

    public void Dispose()
    {
        Retire();
        foreach (var program in _attached.Values.Concat(_run.Values))
            program.Descriptor.Dispose();
    }
}
