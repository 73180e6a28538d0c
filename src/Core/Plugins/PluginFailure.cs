using System.Reflection;
using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Plugins;

/// <summary>What a plugin's code threw, as cause and cure.</summary>
internal static class PluginFailure
{
    /// <summary>The exception that its code threw, without what the runtime wraps around it.</summary>
    public static Exception Cause(Exception error) =>
        error is TargetInvocationException or TypeInitializationException or AggregateException { InnerExceptions.Count: 1 } && error.InnerException is { } inner ? Cause(inner) : error;

    /// <param name="error">What it threw.</param>
    /// <param name="kind">Kind of the plugin: the setting under which another one can be selected.</param>
    public static string Text(Exception error, string kind)
    {
        var cause = Cause(error);
        if (cause is ConfigurationException wrong)
            return string.Join(' ', wrong.Problems.Select(problem => $"{SettingPath.Shown(problem.Path)}: {problem.Message}"));
        var text = cause.Message.ReplaceLineEndings(" ");
        // It found words itself.
        if (cause is CiliumException)
            return text;
        var remedy = cause switch
        {
            MissingMemberException or TypeLoadException and not DllNotFoundException and not EntryPointNotFoundException =>
                $"It was built against other contracts or libraries than it finds here. Install a build for contracts {PluginApi.Version}.",
            FileNotFoundException { FileName: not null } or FileLoadException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException =>
                "Something that it needs is missing or does not fit. Reinstall the plugin, or install what is named.",
            _ => $"This is a defect of the plugin: take another version of it, or another one ({kind}.provider).",
        };
        return $"{cause.GetType().Name}: {text}{(text.EndsWith('.') ? "" : ".")} {remedy}";
    }
}
