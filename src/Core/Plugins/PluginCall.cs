namespace Cilium.Framework.Plugins;

/// <summary>How long the host waits for a plugin's code.</summary>
internal static class PluginCall
{
    /// <summary>What does not end within this time is left behind; the process is about to end.</summary>
    public static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    /// <summary>It does not come back.</summary>
    /// <param name="doing">What it was asked to do.</param>
    /// <param name="patience">How long it was waited for.</param>
    /// <param name="kind">Kind of the plugin.</param>
    public static PluginRefusal Hangs(string doing, TimeSpan patience, string kind) => new(
        "CF1210",
        $"did not finish within {patience.TotalSeconds:0.#} s ({doing}). Look for what it waits for in its log; give it longer (plugins.start-timeout), or select another one ({kind}.provider).");

    /// <summary>Disposes something of a plugin; neither an exception nor a hang holds up the rest.</summary>
    /// <param name="made">What to dispose.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What went wrong; null: nothing.</returns>
    public static async Task<string?> EndAsync(IAsyncDisposable made, TimeProvider time)
    {
        try
        {
            await Task.Run(async () => await made.DisposeAsync()).WaitAsync(EndPatience, time);
            return null;
        }
        catch (TimeoutException)
        {
            return $"does not end within {EndPatience.TotalSeconds:0.#} s of being told; it is left behind.";
        }
        catch (Exception error)
        {
            var cause = PluginFailure.Cause(error);
            return $"failed when it was told to end: {cause.GetType().Name}: {cause.Message}";
        }
    }
}
