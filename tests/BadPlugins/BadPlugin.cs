using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Cilium.Framework.BadPlugins;

/// <summary>Puts a plugin that goes wrong into a plugins' folder.</summary>
internal static class BadPlugin
{
    /// <summary>Copies one from the build's output.</summary>
    /// <param name="plugins">The plugins' folder.</param>
    /// <param name="name">Its project, such as <c>Routing.Fixture</c>.</param>
    /// <param name="behaviour">What it is told; empty: it is well.</param>
    /// <returns>Its folder.</returns>
    public static string Install(string plugins, string name, string behaviour = "")
    {
        var from = Path.Combine(AppContext.BaseDirectory, "..", "..", name, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')));
        var to = Path.Combine(plugins, name);
        Copy(from, to);
        if (name == "Routing.Fixture")
            File.Copy(PathOfMathematics(), Path.Combine(to, "libfixture.so"));
        if (behaviour.Length > 0)
            File.WriteAllText(Path.Combine(to, "behaviour"), behaviour);
        Describe(to);
        return to;
    }

    /// <summary>Copies a folder with all that is in it.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Writes into plugin.json what lies in the folder now, as a build of the plugin would.</summary>
    public static void Describe(string folder)
    {
        var manifest = Path.Combine(folder, "plugin.json");
        var description = JsonNode.Parse(File.ReadAllText(manifest))!;
        description["files"] = new JsonObject(Directory.EnumerateFiles(folder).Where(file => file != manifest)
            .Select(file => KeyValuePair.Create(Path.GetFileName(file), (JsonNode?)Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))))));
        File.WriteAllText(manifest, description.ToJsonString());
    }

    /// <summary>A native library that every Linux has; under another name it is found nowhere but in the plugin's folder.</summary>
    private static string PathOfMathematics()
    {
        const string name = "libm.so.6";
        System.Runtime.InteropServices.NativeLibrary.Load(name);
        return File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..]).First(path => path.EndsWith($"/{name}", StringComparison.Ordinal));
    }
}
