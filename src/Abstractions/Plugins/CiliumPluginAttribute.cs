namespace Cilium.Framework.Plugins;

/// <summary>Names the plugin of an assembly. One per assembly; the host scans no types.</summary>
/// <param name="id">Kind and name, lower-case, such as <c>kvstore.etcd</c>.</param>
/// <param name="type">A class with a public parameterless constructor that implements <see cref="IPlugin"/>.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class CiliumPluginAttribute(string id, Type type) : Attribute
{
    /// <summary>Kind and name, lower-case, such as <c>kvstore.etcd</c>.</summary>
    public string Id { get; } = id;

    /// <summary>The class that implements <see cref="IPlugin"/>.</summary>
    public Type Type { get; } = type;
}
