namespace Cilium.Framework.Testing;

/// <summary>The programs with one deliberate defect (bpf/tests/mutants), compiled into a folder that is gone after the test.</summary>
internal sealed class MutantBuild : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A patch begins with the programs in which the defect is enough to be seen; the others are taken as they were built.</summary>
    private const string SeenIn = "Seen in: ";

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
            var patch = Path.Combine(Source, "tests", "mutants", mutant + ".patch");
            await BpfCompiler.RunAsync(folder, "git", "apply", patch);
            Directory.CreateDirectory(build.Objects);
            foreach (var asBuilt in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "bpf"), "*.o"))
                File.Copy(asBuilt, Path.Combine(build.Objects, Path.GetFileName(asBuilt)));
            var root = Path.Combine(folder, "bpf");
            var programs = (await File.ReadAllLinesAsync(patch, TestContext.Current.CancellationToken))[0];
            Assert.StartsWith(SeenIn, programs, StringComparison.Ordinal);
            await BpfCompiler.CompileAsync(root, programs[SeenIn.Length..].Split(' ').Select(program => Path.Combine(root, program + ".c")), build.Objects);
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
