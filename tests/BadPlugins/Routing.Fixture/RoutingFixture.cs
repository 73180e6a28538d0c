using System.Runtime.InteropServices;
using Cilium.Framework.BadPlugins.PrivateLibrary;
using Cilium.Framework.BadPlugins.Routing.Fixture;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("routing.fixture", typeof(RoutingFixture))]

namespace Cilium.Framework.BadPlugins.Routing.Fixture;

/// <summary>Goes wrong as the file <c>behaviour</c> in its folder says; without one it is well.</summary>
public sealed partial class RoutingFixture : IPlugin
{
    private readonly string _behaviour;

    /// <summary>Reads what to do.</summary>
    public RoutingFixture()
    {
        var file = Path.Combine(Path.GetDirectoryName(typeof(RoutingFixture).Assembly.Location)!, "behaviour");
        _behaviour = File.Exists(file) ? File.ReadAllText(file) : "";
        Misbehave("in constructor");
    }

    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var journal = new Journal(builder.Context, "routing");
        journal.Note($"Configure with {Library.Version2}");
        Misbehave("in Configure");
        if (_behaviour == "native")
            journal.Note($"cube root of 27 is {CubeRoot(27):0}");
        builder.AddRouting("fixture", _ =>
        {
            Misbehave("in factory");
            return new FixtureRouting(builder.Context, journal, Misbehave);
        });
    }

    private void Misbehave(string place)
    {
        if (_behaviour == $"throw {place}")
            throw new InvalidOperationException($"told to throw {place}");
        if (_behaviour != $"hang {place}")
            return;
        using var never = new ManualResetEvent(false);
        never.WaitOne();
    }

    [LibraryImport("fixture", EntryPoint = "cbrt")]
    private static partial double CubeRoot(double number);
}
