namespace Cilium.Framework.Testing;

/// <summary>The programs with one deliberate defect (bpf/tests/mutants), compiled into a folder that is gone after the test.</summary>
internal sealed class MutantBuild : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>They judge no packet, so no mutant is about them: they are taken as they were built.</summary>
    private static readonly string[] OnlyRunByTheAgent = ["clock.o", "collect.o", "insert.o", "remove.o"];

    private MutantBuild()
    {
    }

    /// <summary>Holds the folder <c>bpf</c> with the compiled programs.</summary>
    public string PluginDirectory => _folder["out"];

    /// <summary>Names of all mutants.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Path.Combine(Source, "tests", "mutants"), "*.patch").Select(path => Path.GetFileNameWithoutExtension(path)).Order();

    // Copied beside the tests by their project.
    private static string Source => Path.Combine(AppContext.BaseDirectory, "bpf-source");

    public static async Task<MutantBuild> CompileAsync(string mutant)
    {
        Require.Tool("git");
        var build = new MutantBuild();
        try
        {
            var folder = build._folder.Path;
            await BpfCompiler.RunAsync(folder, "cp", "-r", Source, Path.Combine(folder, "bpf"));
            await BpfCompiler.RunAsync(folder, "git", "apply", Path.Combine(Source, "tests", "mutants", mutant + ".patch"));
            Directory.CreateDirectory(build.Objects);
            foreach (var untouched in OnlyRunByTheAgent)
                File.Copy(Path.Combine(AppContext.BaseDirectory, "bpf", untouched), Path.Combine(build.Objects, untouched));
            var root = Path.Combine(folder, "bpf");
            var sources = Directory.EnumerateFiles(root, "*.c").Where(source => !OnlyRunByTheAgent.Contains(BpfCompiler.ObjectOf(source)));
            await BpfCompiler.CompileAsync(root, sources, build.Objects);
            return build;
        }
        catch
        {
            build.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Dispose();

    private string Objects => Path.Combine(PluginDirectory, "bpf");
}
