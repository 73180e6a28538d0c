using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Testing;

/// <summary>The same layout with the packet programs compiled with another constant, as an upgrade brings it.</summary>
internal static class OtherBuild
{
    /// <summary>Other code on the same maps.</summary>
    public const string OtherCode = "-DDENIAL_SECONDS=6";

    /// <summary>The layout of connections before the present one.</summary>
    public const string LayoutBefore = "-DCT_LAYOUT=0";

    /// <param name="layout">What was published.</param>
    /// <param name="folder">Where the other one goes.</param>
    /// <param name="option">Of the compiler.</param>
    public static async Task<Layout> MakeAsync(Layout layout, string folder, string option)
    {
        var root = Path.GetFullPath(Path.Combine(layout.Root, "..", "..", "bpf"));
        await BpfCompiler.RunAsync(folder, "cp", "-a", $"{layout.Root}/.", folder);
        var plugin = Path.Combine(folder, "plugins", "Datapath.Bpf");
        var sources = Directory.GetFiles(root, "*.c");
        await BpfCompiler.CompileAsync(root, sources, Path.Combine(plugin, "bpf"), option);
        // The option must mean something: the same compiler makes another object without it.
        await BpfCompiler.CompileAsync(root, sources.Where(source => Path.GetFileName(source) == "from_endpoint.c"), folder);
        Assert.NotEqual(HashOf(Path.Combine(folder, "from_endpoint.o")), HashOf(Path.Combine(plugin, "bpf", "from_endpoint.o")));
        File.Delete(Path.Combine(folder, "from_endpoint.o"));

        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(plugin, "plugin.json"), TestContext.Current.CancellationToken))!;
        var files = manifest["files"]!.AsObject();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(plugin, "bpf")))
            files[$"bpf/{Path.GetFileName(file)}"] = HashOf(file);
        await File.WriteAllTextAsync(Path.Combine(plugin, "plugin.json"), manifest.ToJsonString(), TestContext.Current.CancellationToken);
        return new Layout(folder);
    }

    private static string HashOf(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
}
