using Cilium.Framework.Errors;
using Cilium.Framework.Plugins;
using Example.FileStore;

[assembly: CiliumPlugin("kvstore.file", typeof(FilePlugin))]

namespace Example.FileStore;

/// <summary>Registers the store. Only looks at settings: no file is touched before StartAsync.</summary>
public sealed class FilePlugin : IPlugin
{
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var folder = builder.Configuration["folder"] ?? Path.Combine(builder.Context.StateDirectory, "kvstore-file");
        if (!Path.IsPathFullyQualified(folder))
            throw new ConfigurationException($"{builder.Configuration.Path}:folder", $"\"{folder}\" is not accepted. Accepted: an absolute path of a folder.");
        var time = builder.Context.Time;
        builder.AddSettings("folder").AddKvstore("file", _ => new FileKvstore(folder, time));
    }
}
