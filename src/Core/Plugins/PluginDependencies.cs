using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Runtime.InteropServices;

namespace Cilium.Framework.Plugins;

/// <summary>What an assembly of a plugin refers to: shared with the host, in its folder (each plugin has its own copy, of its own version), or part of the runtime.</summary>
internal static class PluginDependencies
{
    private static readonly HashSet<string> Runtime =
        [.. ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(':').Select(Path.GetFileNameWithoutExtension).OfType<string>()];

    public static IEnumerable<PluginRefusal> Check(InstalledPlugin plugin, string name, MetadataReader metadata)
    {
        var managed = metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)
            .Select(reference => Check(plugin, name, metadata.GetString(reference.Name), reference.Version)).OfType<PluginRefusal>();
        // Libraries of others may name natives of other systems that they never call here.
        return name == plugin.Manifest.Assembly ? managed.Concat(Natives(plugin, metadata)) : managed;
    }

    private static PluginRefusal? Check(InstalledPlugin plugin, string name, string referenced, Version version)
    {
        if (SharedAssemblies.Versions.TryGetValue(referenced, out var host))
            return version <= host ? null : new("CF1205", $"{name} needs {referenced} {version}, this agent has {host}. Build the plugin against {host} or older, or upgrade the agent.");
        var file = plugin.Manifest.Files.Keys.FirstOrDefault(file => Path.GetFileName(file) == $"{referenced}.dll");
        if (file is null)
            return Runtime.Contains(referenced) ? null : new("CF1207", $"{name} needs {referenced} {version}, which lies neither in its folder nor in the runtime. Build the plugin so that its folder holds everything (EnableDynamicLoading), or reinstall it.");
        var found = AssemblyName.GetAssemblyName(Path.Combine(plugin.Folder, file)).Version;
        return found >= version ? null : new("CF1207", $"{name} needs {referenced} {version}, but {file} in its folder is {found}. Build the plugin again, or reinstall it.");
    }

    private static IEnumerable<PluginRefusal> Natives(InstalledPlugin plugin, MetadataReader metadata)
    {
        for (var row = 1; row <= metadata.GetTableRowCount(TableIndex.ModuleRef); row++)
        {
            var library = metadata.GetString(metadata.GetModuleReference(MetadataTokens.ModuleReferenceHandle(row)).Name);
            // As the runtime looks for it.
            string[] names = [library, $"{library}.so", $"lib{library}.so", $"lib{library}"];
            if (!plugin.Manifest.Files.Keys.Any(file => names.Contains(Path.GetFileName(file))) && !names.Any(IsInstalled))
                yield return new("CF1207", $"{plugin.Manifest.Assembly} calls the native library {library}, which lies neither in its folder nor on this machine. Install the library, or reinstall the plugin.");
        }
    }

    private static bool IsInstalled(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
            return false;
        NativeLibrary.Free(handle);
        return true;
    }
}
