namespace Cilium.Framework.Packaging.Tests.Package;

/// <summary>An older and a newer package of the published layout, built once for all tests.</summary>
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
        (Old, New) = (await BuildAsync("0.0.9"), await BuildAsync("0.1.0"));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    /// <summary>Builds a package; returns its file name.</summary>
    private async Task<string> BuildAsync(string version)
    {
        var (status, output) = await Checkout.RunAsync(Path.Combine(Checkout.Root, "eng", "deb.sh"), "--version", version, "--layout", Checkout.Layout.Root, "--quick", Folder);
        Assert.True(status == 0, output);
        return $"cilium-framework_{version}_amd64.deb";
    }
}
