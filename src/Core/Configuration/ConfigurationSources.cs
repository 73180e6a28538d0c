namespace Cilium.Framework.Configuration;

/// <summary>Where settings come from. Later layers win: defaults, profile, file, environment, flags.</summary>
public sealed record ConfigurationSources
{
    /// <summary>Folder of the installed program: holds <c>profiles/</c> and <c>plugins/</c>.</summary>
    public required string InstallDirectory { get; init; }

    /// <summary>The administrator's file; null: none.</summary>
    public string? File { get; init; } = "/etc/cilium/cilium.yaml";

    /// <summary>The file was named by the user: it is an error that it does not exist.</summary>
    public bool FileIsRequired { get; init; }

    /// <summary>Environment variables; those that start with <c>CILIUM__</c> are settings.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Arguments of <c>--set</c>, such as <c>routing.provider=direct</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Name of the machine, the default of <c>node.name</c>.</summary>
    public string HostName { get; init; } = System.Environment.MachineName;

    /// <summary>Folder of the profiles.</summary>
    public string ProfilesDirectory => Path.Combine(InstallDirectory, "profiles");
}
