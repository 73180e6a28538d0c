namespace Cilium.Framework.Testing;

/// <summary>A folder that is gone after the test, also when it fails.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <param name="parent">Where to make it; null: where temporary files are, which everybody can write.</param>
    public TemporaryFolder(string? parent = null) => Path = parent is null
        ? Directory.CreateTempSubdirectory("cilium-test-").FullName
        : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"cilium-test-{Guid.NewGuid():N}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
