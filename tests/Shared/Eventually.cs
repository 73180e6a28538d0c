using System.Diagnostics;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Testing;

/// <summary>Waits on a condition with a deadline; never a bare sleep.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <param name="awaited">What is awaited, for the failure's text.</param>
    public static async Task TrueAsync(Func<bool> condition, string awaited, int seconds = 10) =>
        await TrueAsync(() => Task.FromResult(condition()), awaited, seconds);

    /// <param name="awaited">What is awaited, for the failure's text.</param>
    public static Task TrueAsync(Func<Task<bool>> condition, string awaited, int seconds = 10) => TrueAsync(condition, () => awaited, seconds);

    /// <param name="awaited">What is awaited and what there is instead, asked when time is over.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> awaited, int seconds = 10)
    {
        seconds *= PatienceFactor.Value;
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
                Assert.Fail($"waited {seconds} s in vain: {awaited()}");
            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
