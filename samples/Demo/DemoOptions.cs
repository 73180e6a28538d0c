using Cilium.Framework.Lab;

namespace Cilium.Framework.Demo;

/// <summary>What the demo was asked for.</summary>
/// <param name="Layout">Where the programs lie.</param>
/// <param name="Profile">One of <see cref="Profiles"/>.</param>
/// <param name="Keep">The lab stays until somebody says otherwise.</param>
/// <param name="Json">The result is JSON, and nothing else is on stdout.</param>
internal sealed record DemoOptions(Layout Layout, string Profile, bool Keep, bool Json)
{
    public const string OneNode = "standalone";

    private const string Usage = "Usage: cilium-demo LAYOUT [--profile NAME] [--keep] [--json]";

    /// <summary>Profiles that are shown: one node on its own, or several that share a store.</summary>
    public static IReadOnlyList<string> Profiles { get; } = [OneNode, .. ClusterProfile.All.Select(profile => profile.Name)];

    /// <summary>Null: one node on its own.</summary>
    public ClusterProfile? Cluster => ClusterProfile.All.FirstOrDefault(profile => profile.Name == Profile);

    /// <summary>Reads a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>Null: it cannot be read.</returns>
    public static DemoOptions? Parse(IReadOnlyList<string> args, out string problem)
    {
        problem = "";
        if (args.Count == 0)
        {
            problem = $"the folder of the published programs is missing. {Usage}";
            return null;
        }

        var options = new DemoOptions(new Layout(Path.GetFullPath(args[0])), OneNode, Keep: false, Json: false);
        for (var index = 1; index < args.Count && problem.Length == 0; index++)
        {
            if (args[index] == "--keep")
                options = options with { Keep = true };
            else if (args[index] == "--json")
                options = options with { Json = true };
            else if (args[index] == "--profile" && index + 1 < args.Count)
                options = options with { Profile = args[++index] };
            else
                problem = args[index] == "--profile" ? $"--profile needs a name. {Usage}" : $"unknown option {args[index]}. {Usage}";
        }

        if (problem.Length == 0 && !Profiles.Contains(options.Profile))
            problem = $"there is no demo of the profile \"{options.Profile}\". Accepted: {string.Join(", ", Profiles)}";
        return problem.Length == 0 ? options : null;
    }
}
