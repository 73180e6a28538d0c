using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Operator.Tests;

/// <summary>The real program with a settings file of its own. Of plugins there are stores only: it needs no other.</summary>
internal sealed class OperatorProcess : IDisposable
{
    private static readonly string Built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));
    private static readonly string Configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
    private readonly ServerProcess _process;

    private OperatorProcess(string name, ServerProcess process) => (Name, _process) = (name, process);

    public string Name { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="folder">For settings, plugins and the log.</param>
    /// <param name="name">Name of its node.</param>
    /// <param name="arguments">Beside the settings file.</param>
    public static OperatorProcess Start(TemporaryFolder folder, string name, params IEnumerable<string> arguments)
    {
        var plugins = folder["plugins"];
        if (!Directory.Exists(plugins))
        {
            foreach (var store in (string[])["Kvstore.Etcd", "Kvstore.Embedded"])
                Copy(Path.Combine(Built, store, Configuration), Path.Combine(plugins, store));
        }

        var settings = folder[$"{name}.yaml"];
        File.WriteAllText(settings, $"node: {{ name: {name} }}\nlog: {{ level: debug }}\nplugins: {{ development: true, directory: {plugins} }}\nstate-dir: {folder["state"]}\nrun-dir: {folder["run"]}\n");
        return new(name, ServerProcess.Start(Path.Combine(Built, "Operator", Configuration, "cilium-operator"), ["--config", settings, .. arguments], folder[$"{name}.log"]));
    }

    /// <summary>Waits until its log has a text.</summary>
    public Task SaysAsync(string text, int seconds = 30) =>
        Eventually.TrueAsync(() => Task.FromResult(Log().Contains(text, StringComparison.Ordinal)), () => $"{Name} says \"{text}\"; it says:\n{Log()}", seconds);

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit status, and everything that it said.</returns>
    public async Task<(int Status, string Said)> EndAsync()
    {
        await Eventually.TrueAsync(() => Task.FromResult(!_process.IsRunning), () => $"{Name} ends; it says:\n{Log()}", seconds: 30);
        return (_process.ExitCode, Log());
    }

    /// <summary>Sends SIGTERM.</summary>
    /// <returns>Its exit status, and everything that it said.</returns>
    public async Task<(int Status, string Said)> StopAsync()
    {
        await _process.StopAsync(Stop);
        return (_process.ExitCode, Log());
    }

    /// <summary>Ends it as a crash would.</summary>
    public Task KillAsync() => _process.KillAsync(Stop);

    public void Dispose() => _process.Dispose();

    private string Log() => _process.LogTail(int.MaxValue);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
