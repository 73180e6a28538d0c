using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>A section over a dictionary of full paths; only reading by key is there.</summary>
internal sealed class FakeSection(string path, IReadOnlyDictionary<string, string?> values) : IConfigurationSection
{
    public string Key => path[(path.LastIndexOf(':') + 1)..];

    public string Path => path;

    public string? Value { get; set; }

    public string? this[string key]
    {
        get => values.GetValueOrDefault($"{path}:{key}");
        set => throw new NotSupportedException();
    }

    public IEnumerable<IConfigurationSection> GetChildren() => throw new NotSupportedException();

    public IChangeToken GetReloadToken() => throw new NotSupportedException();

    public IConfigurationSection GetSection(string key) => new FakeSection($"{path}:{key}", values);
}
