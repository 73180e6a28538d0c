using Cilium.Framework.Errors;
using Cilium.Framework.Identities;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Identities;

public sealed class ErrandsTests
{
    [Theory]
    [InlineData(ErrorKind.Unavailable, 3)]
    [InlineData(ErrorKind.Conflict, 60)]
    public async Task Pauses_grow_to_seconds_while_the_store_cannot_be_reached_and_to_a_minute_where_something_else_is_wrong(ErrorKind kind, int longest)
    {
        var time = new FakeTimeProvider();
        await using var errands = new Errands(time, new Wake(), TestContext.Current.CancellationToken);
        var pauses = new List<TimeSpan>();
        for (var attempt = 0; attempt < 15; attempt++)
        {
            errands.Begin("web", _ => Task.FromException<Action>(new CiliumException(kind, "no")));
            await errands.HarvestAsync((_, _, _, pause) => pauses.Add(pause));
            time.Advance(pauses[^1]);
        }

        Assert.Equal([100d, 200d, 400d, 800d], pauses.Take(4).Select(pause => pause.TotalMilliseconds));
        Assert.Equal(TimeSpan.FromSeconds(longest), pauses[^1]);
        Assert.Equal(15, pauses.Count);
    }

    [Fact]
    public async Task Who_is_woken_finds_the_work_ended()
    {
        const int rounds = 100_000;
        var wake = new Wake();
        await using var errands = new Errands(TimeProvider.System, wake, TestContext.Current.CancellationToken);
        var ended = 0;
        for (var round = 1; round <= rounds && ended == round - 1; round++)
        {
            errands.Begin("web", async _ =>
            {
                await Task.Yield();
                return () => ended++;
            });
            await wake.WaitAsync(TestContext.Current.CancellationToken);
            await errands.HarvestAsync((_, _, _, _) => { });
        }

        Assert.Equal(rounds, ended);
    }
}
