using Cilium.Framework.Errors;
using Cilium.Framework.Plugins;
using Cilium.Framework.Routing.Direct;
using Microsoft.Extensions.Configuration;

[assembly: CiliumPlugin("routing.direct", typeof(DirectPlugin))]

namespace Cilium.Framework.Routing.Direct;

/// <summary>The network around the node routes pod addresses; the node itself needs a route to its own endpoints only.</summary>
public sealed class DirectPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddSettings("devices", "install-routes");
        var section = builder.Configuration;
        var devices = DevicesOf(section.GetSection("devices"));
        var install = section["install-routes"] switch
        {
            null or "true" => true,
            "false" => false,
            var other => throw new ConfigurationException($"{section.Path}:install-routes", $"\"{other}\" is not accepted. Accepted: true, false."),
        };
        builder.AddRouting("direct", _ => new DirectRouting($"{section.Path}:devices", devices, install));
    }

    // A list, or one text with commas.
    private static string[] DevicesOf(IConfigurationSection section) =>
        section.Value is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. section.GetChildren().Select(child => child.Value).OfType<string>()];
}
