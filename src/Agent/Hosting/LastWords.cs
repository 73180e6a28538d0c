using Cilium.Framework.Plugins;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>Says whose thread it was that takes the process down: nobody can catch what a plugin's own thread throws. What is realised stays.</summary>
internal sealed class LastWords : IDisposable
{
    private readonly PluginSet _plugins;

    public LastWords(PluginSet plugins)
    {
        _plugins = plugins;
        AppDomain.CurrentDomain.UnhandledException += Say;
    }

    public void Dispose() => AppDomain.CurrentDomain.UnhandledException -= Say;

    /// <summary>The log is not asked: it writes later, and there is no later.</summary>
    private void Say(object sender, UnhandledExceptionEventArgs last)
    {
        if (last.ExceptionObject is Exception exception && _plugins.OwnerOf(exception) is { } plugin)
            Console.Error.WriteLine($"cilium-agent: {Text(plugin, exception)}");
    }

    private static string Text(string plugin, Exception exception) =>
        $"CF1211 {plugin}: a thread of its own threw {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")} The process ends; what is realised stays, and the service manager starts the agent again. Report this to the plugin's author.";
}
