using System.Diagnostics;

namespace Cilium.Framework.Testing;

/// <summary>The programs with one deliberate defect (bpf/tests/mutants), compiled into a folder that is gone after the test.</summary>
internal sealed class MutantBuild : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>They judge no packet, so no mutant is about them: they are taken as they were built.</summary>
    private static readonly string[] OnlyRunByTheAgent = ["clock.o", "collect.o", "insert.o"];

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
        Require.Tool("clang-16");
        var build = new MutantBuild();
        try
        {
            var folder = build._folder.Path;
            await RunAsync(folder, "cp", "-r", Source, Path.Combine(folder, "bpf"));
            await RunAsync(folder, "git", "apply", Path.Combine(Source, "tests", "mutants", mutant + ".patch"));
            Directory.CreateDirectory(build.Objects);
            foreach (var untouched in OnlyRunByTheAgent)
                File.Copy(Path.Combine(AppContext.BaseDirectory, "bpf", untouched), Path.Combine(build.Objects, untouched));
            var sources = Directory.EnumerateFiles(Path.Combine(folder, "bpf"), "*.c").Where(source => !OnlyRunByTheAgent.Contains(ObjectOf(source)));
            await Task.WhenAll(sources.Select(build.CompileOneAsync));
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

    // As eng/Bpf.targets.
    private Task CompileOneAsync(string source)
    {
        var root = Path.GetDirectoryName(source)!;
        return RunAsync(
            root, "clang-16", "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-w", "-I", root, "-I", Path.Combine(root, "include"), "-I", Path.Combine(root, "lib"),
            "-I", $"/usr/include/{Machine}-linux-gnu", "-c", source, "-o", Path.Combine(Objects, ObjectOf(source)));
    }

    private static string ObjectOf(string source) => Path.GetFileNameWithoutExtension(source) + ".o";

    private static string Machine => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "aarch64" : "x86_64";

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }
}
