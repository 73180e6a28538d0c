using Cilium.Framework.Lab;

namespace Cilium.Framework.Packaging.Tests.Package;

/// <summary>A package of the published layout, and one before it whose programs keep connections in the layout before; built once for all tests.</summary>
public sealed class BuiltPackages : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    public string Old { get; private set; } = "";

    public string New { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Require.Root();
        Require.Tool("dpkg-deb");
        using var before = new TemporaryFolder();
        Old = await BuildAsync("0.0.9", await OtherBuild.MakeAsync(Checkout.Layout, before.Path, OtherBuild.LayoutBefore));
        New = await BuildAsync("0.1.0", Checkout.Layout);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    /// <summary>Builds a package; returns its file name.</summary>
    private async Task<string> BuildAsync(string version, Layout layout)
    {
        var (status, output) = await Checkout.RunAsync(Path.Combine(Checkout.Root, "eng", "deb.sh"), "--version", version, "--layout", layout.Root, "--quick", Folder);
        Assert.True(status == 0, output);
        return $"cilium-framework_{version}_amd64.deb";
    }
}
