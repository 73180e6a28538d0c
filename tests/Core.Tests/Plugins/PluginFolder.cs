using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text.Json;
using Cilium.Framework.BadPlugins;
using Cilium.Framework.Configuration;
using Cilium.Framework.Health;
using Cilium.Framework.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Core.Tests.Plugins;

/// <summary>A plugins' directory with copies of real plugins and an emitted datapath.</summary>
internal sealed class PluginFolder : IDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Meter _meter = new("test");

    /// <param name="parent">Where to make it; null: where temporary files are, which everybody can write.</param>
    public PluginFolder(string? parent = null)
    {
        _folder = new(parent);
        foreach (var name in (string[])["Kvstore.Embedded", "Ipam.HostScope", "Routing.Direct"])
            BadPlugin.Copy(Path.Combine(AppContext.BaseDirectory, "..", "..", name, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'))), this[name]);
        EmitDatapath("datapath.fake", "fake");
    }

    public string Directory => _folder["plugins"];

    public string this[string name] => Path.Combine(Directory, name);

    public void EmitDatapath(string? id, string provides, string apiVersion = PluginApi.Version)
    {
        System.IO.Directory.CreateDirectory(this["Datapath.Fake"]);
        EmittedDatapath.Write(Path.Combine(this["Datapath.Fake"], "Datapath.Fake.dll"), id, provides);
        Describe("Datapath.Fake", "datapath.fake", apiVersion);
    }

    /// <summary>Writes plugin.json for what lies in a folder.</summary>
    public void Describe(string name, string id, string apiVersion = PluginApi.Version)
    {
        var files = System.IO.Directory.EnumerateFiles(this[name]).Where(file => Path.GetFileName(file) != "plugin.json")
            .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
        File.WriteAllText(Path.Combine(this[name], "plugin.json"), JsonSerializer.Serialize(new { id, version = "1.0", apiVersion, assembly = $"{name}.dll", files }));
    }

    /// <summary>What the plugins of tests/BadPlugins were asked, in its order.</summary>
    public IReadOnlyList<string> Journal => File.Exists(_folder["journal"]) ? File.ReadAllLines(_folder["journal"]) : [];

    /// <summary>Selects the plugins of tests/BadPlugins.</summary>
    public Task<PluginSet> LoadBadAsync(params string[] flags) => LoadAsync(["kvstore.provider=fixture", "routing.provider=fixture", "datapath.provider=fixture", .. flags]);

    public Task<PluginSet> LoadAsync(params string[] flags)
    {
        var configuration = ConfigurationLoader.Load(new ConfigurationSources
        {
            InstallDirectory = _folder.Path,
            File = null,
            HostName = "node1",
            Flags = ["plugins.development=true", "datapath.provider=fake", $"state-dir={_folder.Path}", $"run-dir={_folder.Path}", .. flags],
        });
        return new PluginHost(configuration, TimeProvider.System, NullLoggerFactory.Instance, _meter, new HealthTree(TimeProvider.System)).LoadAsync();
    }

    public void Dispose()
    {
        _meter.Dispose();
        _folder.Dispose();
    }
}
