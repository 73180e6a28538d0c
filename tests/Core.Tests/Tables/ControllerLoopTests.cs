using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Tables;

public class ControllerLoopTests
{
    private sealed record Row(string Key, int Value);

    private sealed class Sum(Table<string, Row> left, Table<string, Row> right, Table<string, Row> output) : IController
    {
        public void Compute() => output.ReplaceAll(left.Concat(right).GroupBy(row => row.Key).Select(group => new Row(group.Key, group.Sum(row => row.Value))));
    }

    private readonly Table<string, Row> _left = new("left", row => row.Key);
    private readonly Table<string, Row> _right = new("right", row => row.Key);
    private readonly Table<string, Row> _output = new("output", row => row.Key);

    [Fact]
    public async Task A_change_of_any_input_is_computed()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = Loop().RunAsync(stop.Token);
        _left.Upsert(new("a", 1));
        await Eventually.TrueAsync(() => _output["a"]?.Value == 1, "the left input is computed");
        _right.Upsert(new("a", 2));
        await Eventually.TrueAsync(() => _output["a"]?.Value == 3, "the right input is computed");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void The_output_is_initialised_after_a_computation_from_initialised_inputs()
    {
        var left = _left.RegisterSource("test");
        var right = _right.RegisterSource("test");
        var loop = Loop();
        left.ListDone();
        loop.RunOnce();
        Assert.False(_output.IsInitialized);
        right.ListDone();
        Assert.False(_output.IsInitialized);
        loop.RunOnce();
        Assert.True(_output.IsInitialized);
    }

    private ControllerLoop Loop() => new(new Sum(_left, _right, _output), [_left, _right], [], _output.RegisterSource("sum"));
}
