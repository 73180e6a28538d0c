using Cilium.Framework.Lab;

namespace Cilium.Framework.Conformance.Tests.Packages;

/// <summary>Somebody with an empty folder, the packages, an installed agent and docs/plugin-authors. Walks the page once, for all tests of the collection.</summary>
public sealed class Stranger : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder with the packages.</summary>
    public string Packages => _folder["work/packages"];

    /// <summary>The folder that was empty.</summary>
    public string Work => _folder["work"];

    /// <summary>The installed agent, with what the profiles name but for its store.</summary>
    public Layout Installed => new(_folder["cilium"]);

    /// <summary>What each command of the page wrote.</summary>
    public IReadOnlyList<string> Outputs { get; private set; } = [];

    /// <summary>Walks the page.</summary>
    public async ValueTask InitializeAsync()
    {
        try
        {
            await Commands.RunAsync(Page.Repository, new Dictionary<string, string>(), Path.Combine(Page.Repository, "eng/pack.sh"), Packages);
            Install();
            Outputs = await WalkAsync();
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>Removes everything.</summary>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    private async Task<IReadOnlyList<string>> WalkAsync()
    {
        var environment = new Dictionary<string, string> { ["CILIUM"] = Installed.Root, ["NUGET_PACKAGES"] = _folder["nuget"], ["NUGET_FALLBACK_PACKAGES"] = KnownPackages() };
        var outputs = new List<string>();
        foreach (var (language, path, text) in Page.Blocks)
        {
            if (path.Length > 0)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Work, path))!);
                await File.WriteAllTextAsync(Path.Combine(Work, path), text);
            }
            else if (language == "sh")
            {
                outputs.Add(await Commands.RunAsync(Work, environment, "bash", "-euo", "pipefail", "-c", text));
            }
        }

        return outputs;
    }

    /// <summary>What this machine has downloaded before, without packages of ours: those must come from the folder.</summary>
    private string KnownPackages()
    {
        var known = Directory.CreateDirectory(_folder["known"]).FullName;
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        foreach (var package in Directory.EnumerateDirectories(cache).Where(path => !Path.GetFileName(path).StartsWith("cilium.", StringComparison.OrdinalIgnoreCase)))
            Directory.CreateSymbolicLink(Path.Combine(known, Path.GetFileName(package)), package);
        return known;
    }

    private void Install()
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        string Built(string project) => Path.Combine(Page.Repository, "artifacts/bin", project, configuration);
        Copy(Built("Agent"), Path.Combine(Installed.Root, "bin"));
        Copy(Path.Combine(Page.Repository, "profiles"), Installed.Profiles);
        foreach (var plugin in (string[])["Ipam.HostScope", "Routing.Direct", "Datapath.Simulator", "Datapath.Bpf"])
            Copy(Built(plugin), Path.Combine(Installed.Plugins, plugin));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}

/// <summary>The tests that share one walk.</summary>
[CollectionDefinition(nameof(Stranger))]
public sealed class StrangerCollection : ICollectionFixture<Stranger>;
