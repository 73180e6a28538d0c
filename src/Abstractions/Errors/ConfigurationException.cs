namespace Cilium.Framework.Errors;

/// <summary>The configuration is wrong. Carries every problem found, never only the first. Nothing was started or changed.</summary>
public sealed class ConfigurationException : CiliumException
{
    /// <summary>All problems found in one pass.</summary>
    /// <param name="problems">At least one problem.</param>
    public ConfigurationException(IReadOnlyList<ConfigurationProblem> problems)
        : base(ErrorKind.Invalid, string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>A single problem.</summary>
    /// <param name="path">The key, colon-separated.</param>
    /// <param name="message">The offending value, what is accepted, and what to do.</param>
    public ConfigurationException(string path, string message)
        : this([new ConfigurationProblem(path, message)])
    {
    }

    /// <summary>Every problem, in the order found.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }
}
