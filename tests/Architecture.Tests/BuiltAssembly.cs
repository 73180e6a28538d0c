using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Cilium.Framework.Architecture.Tests;

/// <summary>An assembly of the repository, read as metadata: nothing of it runs.</summary>
internal sealed record BuiltAssembly(string Project, string Name, IReadOnlyList<string> References)
{
    public static string Repository { get; } = FindRepository();

    /// <summary>Every project below a folder.</summary>
    public static IReadOnlyList<BuiltAssembly> Below(string folder) =>
        [.. Directory.EnumerateDirectories(Path.Combine(Repository, folder)).Select(path => Read(Path.GetFileName(path))).OfType<BuiltAssembly>()];

    public static BuiltAssembly Of(string project) => Read(project) ?? throw new FileNotFoundException($"{project} is not built.");

    private static BuiltAssembly? Read(string project)
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        var output = Path.Combine(Repository, "artifacts", "bin", project, configuration);
        var file = Directory.Exists(output)
            ? Directory.EnumerateFiles(output, "*.deps.json").Select(deps => deps.Replace(".deps.json", ".dll", StringComparison.Ordinal)).FirstOrDefault(File.Exists)
                ?? Directory.EnumerateFiles(output, "*.dll").FirstOrDefault(dll => dll.Contains(project, StringComparison.Ordinal))
            : null;
        if (file is null)
            return null;
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name));
        return new BuiltAssembly(project, Path.GetFileNameWithoutExtension(file), [.. references]);
    }

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cilium.Framework.sln")))
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder;
    }
}
