using Cilium.Framework.Plugins;

namespace Cilium.Framework.Daemon;

/// <summary>Says whose thread it was that takes the process down: nobody can catch what a plugin's own thread throws. What is realised stays.</summary>
internal sealed class LastWords : IDisposable
{
    private readonly string _program;
    private readonly LoadedPlugins _plugins;

    /// <param name="program">The program's name.</param>
    /// <param name="plugins">Whose threads there may be.</param>
    public LastWords(string program, LoadedPlugins plugins)
    {
        (_program, _plugins) = (program, plugins);
        AppDomain.CurrentDomain.UnhandledException += Say;
    }

    public void Dispose() => AppDomain.CurrentDomain.UnhandledException -= Say;

    /// <summary>The log is not asked: it writes later, and there is no later.</summary>
    private void Say(object sender, UnhandledExceptionEventArgs last)
    {
        if (last.ExceptionObject is Exception exception && _plugins.OwnerOf(exception) is { } plugin)
            Console.Error.WriteLine($"{_program}: {Text(plugin, exception)}");
    }

    private static string Text(string plugin, Exception exception) =>
        $"CF1211 {plugin}: a thread of its own threw {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")} The process ends; what is realised stays, and the service manager starts it again. Report this to the plugin's author.";
}
