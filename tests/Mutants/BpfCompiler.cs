using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cilium.Framework.Testing;

/// <summary>Compiles packet programs as eng/Bpf.targets does, for tests that need another build of them.</summary>
internal static class BpfCompiler
{
    private static string Machine => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";

    /// <summary>Name of the object that is made of a source.</summary>
    public static string ObjectOf(string source) => Path.GetFileNameWithoutExtension(source) + ".o";

    /// <param name="root">The folder bpf.</param>
    /// <param name="sources">Which of its programs.</param>
    /// <param name="objects">Where the objects go.</param>
    /// <param name="options">Further options.</param>
    public static async Task CompileAsync(string root, IEnumerable<string> sources, string objects, params string[] options)
    {
        Require.Tool("clang-16");
        await Task.WhenAll(sources.Select(source => RunAsync(
            root, "clang-16",
            [
                "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-w", .. options, "-I", root, "-I", Path.Combine(root, "include"), "-I", Path.Combine(root, "lib"),
                "-I", $"/usr/include/{Machine}-linux-gnu", "-c", source, "-o", Path.Combine(objects, ObjectOf(source)),
            ])));
    }

    /// <summary>Runs a program that must succeed.</summary>
    public static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }
}
