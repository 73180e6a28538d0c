namespace Cilium.Framework.Lab;

/// <summary>Where the programs lie: the published layout with <c>bin/</c>, <c>plugins/</c> and <c>profiles/</c>.</summary>
/// <param name="Root">Folder of the layout.</param>
public sealed record Layout(string Root)
{
    /// <summary>The agent's program.</summary>
    public string Agent => Path.Combine(Root, "bin", "cilium-agent");

    /// <summary>The operator's program.</summary>
    public string Operator => Path.Combine(Root, "bin", "cilium-operator");

    /// <summary>The command line's program.</summary>
    public string Cli => Path.Combine(Root, "bin", "cilium");

    /// <summary>Folder of the plugins.</summary>
    public string Plugins => Path.Combine(Root, "plugins");

    /// <summary>Folder of the profiles.</summary>
    public string Profiles => Path.Combine(Root, "profiles");
}
