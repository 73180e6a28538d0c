using Cilium.Framework.Errors;

namespace Cilium.Framework.Conformance.Faults;

/// <summary>What goes wrong, and when. Calls are counted by name from the making of the plan; may be used from several threads.</summary>
/// <param name="faults">What goes wrong from the beginning.</param>
public sealed class FaultPlan(params IEnumerable<Fault> faults)
{
    private readonly Lock _sync = new();
    private readonly List<Fault> _faults = [.. faults];
    private readonly Dictionary<string, int> _calls = [];
    private TaskCompletionSource _cleared = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Kind of the exceptions that are thrown.</summary>
    public ErrorKind ErrorKind { get; init; } = ErrorKind.Unavailable;

    /// <summary>Adds a fault; its numbers count from the making of the plan.</summary>
    /// <param name="fault">What goes wrong.</param>
    public void Add(Fault fault)
    {
        lock (_sync)
            _faults.Add(fault);
    }

    /// <summary>Everything works again, and what hangs goes on.</summary>
    public void Clear()
    {
        TaskCompletionSource cleared;
        lock (_sync)
        {
            _faults.Clear();
            (cleared, _cleared) = (_cleared, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        cleared.SetResult();
    }

    /// <summary>How often a member was called.</summary>
    /// <param name="call">Its name.</param>
    public int CallsOf(string call)
    {
        lock (_sync)
            return _calls.GetValueOrDefault(call);
    }

    internal async ValueTask<T> RunAsync<T>(string call, Func<ValueTask<T>> carryOut, CancellationToken cancellationToken)
    {
        var kind = Next(call, out var number, out var cleared);
        if (kind == FaultKind.Hangs)
            await cleared.WaitAsync(cancellationToken);
        if (kind == FaultKind.Fails)
            throw Failure(call, number, "Nothing was done.");
        var result = await carryOut();
        return kind == FaultKind.FailsAfterwards ? throw Failure(call, number, "It was carried out.") : result;
    }

    internal async ValueTask RunAsync(string call, Func<ValueTask> carryOut, CancellationToken cancellationToken) => await RunAsync(call, async () =>
    {
        await carryOut();
        return true;
    }, cancellationToken);

    /// <summary>For calls that cannot wait.</summary>
    internal void Run(string call, Action carryOut)
    {
        var kind = Next(call, out var number, out _);
        if (kind == FaultKind.Fails)
            throw Failure(call, number, "Nothing was done.");
        carryOut();
        if (kind == FaultKind.FailsAfterwards)
            throw Failure(call, number, "It was carried out.");
    }

    /// <summary>Counts an event or a row; true when it is to be lost.</summary>
    internal bool Loses(string call) => Next(call, out _, out _) == FaultKind.LosesOne;

    private static string Text(string call, int number) => $"fault: call {number} of {call} was made to fail.";

    private FaultKind? Next(string call, out int number, out Task cleared)
    {
        lock (_sync)
        {
            var count = number = _calls[call] = _calls.GetValueOrDefault(call) + 1;
            cleared = _cleared.Task;
            return _faults.FirstOrDefault(fault => fault.Call == call && count >= fault.First && count <= fault.Last)?.Kind;
        }
    }

    private CiliumException Failure(string call, int number, string done) => new(ErrorKind, $"{Text(call, number)} {done}");
}
