using System.Buffers.Binary;
using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace Cilium.Framework.Plugins;

/// <summary>Checks what can be known from metadata, without running anything of the plugin.</summary>
internal static class PluginPreflight
{
    /// <summary>Everything that is wrong, in words; empty when nothing is.</summary>
    public static IEnumerable<PluginRefusal> Check(InstalledPlugin plugin)
    {
        if (CheckVersion(plugin.Manifest.ApiVersion) is { } version)
        {
            yield return new("CF1205", version);
            yield break;
        }

        foreach (var name in plugin.Manifest.Files.Keys.Where(name => SharedAssemblies.Versions.ContainsKey(Path.GetFileNameWithoutExtension(name))))
            yield return new("CF1206", $"{name} lies in its folder, but the host provides that assembly: two copies would not fit together. Build the plugin with the package's build targets, or delete the file.");
        foreach (var name in plugin.Manifest.Files.Keys.Where(name => name.EndsWith(".dll", StringComparison.Ordinal)))
        {
            foreach (var problem in CheckAssembly(plugin, name))
                yield return problem;
        }

        foreach (var name in plugin.Manifest.Files.Keys.Where(name => name.EndsWith(".so", StringComparison.Ordinal)))
        {
            if (!IsNativeOfThisMachine(Path.Combine(plugin.Folder, name)))
                yield return new("CF1206", $"{name} is not a library for {RuntimeInformation.ProcessArchitecture} Linux. Install the plugin for this machine.");
        }
    }

    // ELF: magic, class 64-bit, little-endian; e_machine at 18 (62: x86-64, 183: AArch64).
    private static bool IsNativeOfThisMachine(string path)
    {
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 183 : 62;
        var header = new byte[20];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && header.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8)
            && BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(18)) == machine;
    }

    private static string? CheckVersion(string apiVersion)
    {
        var host = Version.Parse(PluginApi.Version);
        if (!Version.TryParse(apiVersion, out var built))
            return $"\"{apiVersion}\" is not a version of the contracts. Accepted: {host.Major}.0 to {PluginApi.Version}.";
        if (built.Major == host.Major && built.Minor <= host.Minor)
            return null;
        var remedy = built > host
            ? $"Install a plugin built for {PluginApi.Version} or older, or upgrade the agent."
            : $"Install a plugin built for {host.Major}.x.";
        return string.Create(CultureInfo.InvariantCulture, $"built against contracts {built}, this agent offers {PluginApi.Version}. {remedy}");
    }

    private static List<PluginRefusal> CheckAssembly(InstalledPlugin plugin, string name)
    {
        var problems = new List<PluginRefusal>();
        try
        {
            using var file = File.OpenRead(Path.Combine(plugin.Folder, name));
            using var image = new PEReader(file);
            if (!image.HasMetadata)
                return problems;
            var metadata = image.GetMetadataReader();
            problems.AddRange(PluginDependencies.Check(plugin, name, metadata));
            if (name == plugin.Manifest.Assembly)
                problems.AddRange(CheckAttribute(plugin, metadata));
        }
        catch (Exception error) when (error is BadImageFormatException or IOException)
        {
            problems.Add(new("CF1206", $"{name} is not an assembly: {error.Message} Reinstall the plugin."));
        }

        return problems;
    }

    private static IEnumerable<PluginRefusal> CheckAttribute(InstalledPlugin plugin, MetadataReader metadata)
    {
        var ids = metadata.GetAssemblyDefinition().GetCustomAttributes()
            .Select(metadata.GetCustomAttribute)
            .Where(attribute => IsPluginAttribute(attribute, metadata))
            .Select(attribute => IdOf(attribute, metadata))
            .ToArray();
        if (ids.Length != 1)
            yield return new("CF1206", $"{plugin.Manifest.Assembly} has {ids.Length} attributes [assembly: CiliumPlugin]; exactly one is needed.");
        else if (ids[0] != plugin.Manifest.Id)
            yield return new("CF1206", $"{plugin.Manifest.Assembly} says that it is {ids[0]}. Id of plugin.json and of [assembly: CiliumPlugin] must be equal.");
    }

    private static bool IsPluginAttribute(CustomAttribute attribute, MetadataReader metadata)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
            return false;
        var parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference)
            return false;
        var type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return metadata.StringComparer.Equals(type.Name, nameof(CiliumPluginAttribute)) && metadata.StringComparer.Equals(type.Namespace, typeof(CiliumPluginAttribute).Namespace!);
    }

    // ECMA-335 II.23.3: a prolog of two bytes, then the fixed arguments; the first one is the id.
    private static string? IdOf(CustomAttribute attribute, MetadataReader metadata)
    {
        var value = metadata.GetBlobReader(attribute.Value);
        return value.ReadUInt16() == 1 ? value.ReadSerializedString() : null;
    }
}
