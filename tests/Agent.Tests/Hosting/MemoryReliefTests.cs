using Cilium.Framework.Agent.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Agent.Tests.Hosting;

public sealed class MemoryReliefTests
{
    [Fact]
    public async Task Memory_is_given_back_once_after_much_was_allocated_and_when_the_agent_is_at_rest()
    {
        var time = new FakeTimeProvider();
        var (allocated, collections) = (0L, 0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = new MemoryRelief(time, () => allocated, () => collections++).RunAsync(stop.Token);

        After(MemoryRelief.WorthIt / 2, expected: 0);
        After(0, expected: 0);
        After(MemoryRelief.WorthIt, expected: 0);
        After(MemoryRelief.Rest + 1, expected: 0);
        After(MemoryRelief.Rest, expected: 1);
        After(0, expected: 1);
        After(MemoryRelief.WorthIt, expected: 1);
        After(0, expected: 2);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        void After(long bytes, int expected)
        {
            allocated += bytes;
            time.Advance(MemoryRelief.Interval);
            Assert.Equal(expected, collections);
        }
    }
}
