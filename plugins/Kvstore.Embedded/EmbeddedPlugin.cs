using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Embedded;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("kvstore.embedded", typeof(EmbeddedPlugin))]

namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>A store in one file of this node, for clusters of one node.</summary>
public sealed class EmbeddedPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var path = builder.Configuration["path"] ?? Path.Combine(builder.Context.StateDirectory, "kvstore.db");
        if (!Path.IsPathFullyQualified(path))
            throw new ConfigurationException($"{builder.Configuration.Path}:path", $"\"{path}\" is not accepted. Accepted: an absolute path of a file.");
        var time = builder.Context.Time;
        builder.AddSettings("path").AddKvstore("embedded", _ => new EmbeddedKvstore(path, time));
    }
}
