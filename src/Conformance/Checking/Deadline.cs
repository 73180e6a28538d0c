namespace Cilium.Framework.Conformance.Checking;

/// <summary>No call of a suite waits for ever: what hangs is named.</summary>
/// <param name="Patience">How long a call may take.</param>
internal sealed record Deadline(TimeSpan Patience)
{
    private const string Cure = "a lock that is never released, a wait without a cancellation token, work that is not started. If the backend is only slow, override Patience.";

    public async Task<T> Of<T>(ValueTask<T> call, string name)
    {
        try
        {
            return await call.AsTask().WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            throw new BrokenPromiseException($"{name}: every call returns or throws.", $"no answer within {Patience.TotalSeconds:0.#} s.", Cure);
        }
    }

    public async Task Of(ValueTask call, string name) => await Of(Done(call), name);

    private static async ValueTask<bool> Done(ValueTask call)
    {
        await call;
        return true;
    }
}
