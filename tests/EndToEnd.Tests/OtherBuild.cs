using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>The same layout with the packet programs compiled with another constant: other code on the same maps, as an upgrade brings it.</summary>
internal static class OtherBuild
{
    public static async Task<Layout> MakeAsync(Layout layout, string folder)
    {
        var root = Path.GetFullPath(Path.Combine(layout.Root, "..", "..", "bpf"));
        await BpfCompiler.RunAsync(folder, "cp", "-a", $"{layout.Root}/.", folder);
        var plugin = Path.Combine(folder, "plugins", "Datapath.Bpf");
        var sources = Directory.GetFiles(root, "*.c");
        await BpfCompiler.CompileAsync(root, sources, folder);
        await BpfCompiler.CompileAsync(root, sources, Path.Combine(plugin, "bpf"), "-DDENIAL_SECONDS=6");
        Assert.NotEqual(HashOf(Path.Combine(folder, "from_endpoint.o")), HashOf(Path.Combine(plugin, "bpf", "from_endpoint.o")));

        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(plugin, "plugin.json"), TestLab.Cancelled))!;
        var files = manifest["files"]!.AsObject();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(plugin, "bpf")))
            files[$"bpf/{Path.GetFileName(file)}"] = HashOf(file);
        await File.WriteAllTextAsync(Path.Combine(plugin, "plugin.json"), manifest.ToJsonString(), TestLab.Cancelled);
        return new Layout(folder);
    }

    private static string HashOf(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
}
