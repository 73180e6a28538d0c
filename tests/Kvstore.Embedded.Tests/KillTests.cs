using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Cilium.Framework.Kvstore.Embedded.Tests;

public class KillTests
{
    private const string Variable = "CILIUM_TEST_KVSTORE_WRITER";

    /// <summary>Pairs of keys that one commit writes; a reader must never see them differ.</summary>
    private static readonly string[] Pair = ["left", "right"];

    /// <summary>Written in the same commit, under a lease.</summary>
    private const string Leased = "leased";

    private static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(15);

    /// <summary>With the variable set this program is not a test run but the writer that gets killed.</summary>
    [ModuleInitializer]
    internal static void BecomeWriter()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } path)
            return;
        // Stays on this thread: until a module is initialised, no other thread can run its code.
        _ = WriteForeverAsync(path);
    }

    [Fact]
    public async Task What_was_acknowledged_survives_kill_9_and_no_commit_is_there_by_half()
    {
        using var folder = new TemporaryFolder();
        for (var round = 0; round < 3; round++)
        {
            var acknowledged = await WriteUntilKilledAsync(folder["kv.db"], atLeast: 20 + (round * 7));
            await using var store = new EmbeddedKvstore(folder["kv.db"], TimeProvider.System);
            await store.StartAsync(TestContext.Current.CancellationToken);
            var entries = await store.ListAsync("", TestContext.Current.CancellationToken);
            Assert.Equal([Leased, .. Pair], entries.Select(entry => entry.Key));
            Assert.All(entries, entry => Assert.Equal(entries[0].Value.ToArray(), entry.Value.ToArray()));
            Assert.InRange(BinaryPrimitives.ReadInt64BigEndian(entries[0].Value.Span), acknowledged, long.MaxValue);
        }
    }

    [Fact]
    public async Task Keys_of_a_killed_holder_wait_for_it_and_then_run_out()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = await WriteUntilKilledAsync(folder["kv.db"], atLeast: 20);
        var clock = new ManualClock();
        await using var store = new EmbeddedKvstore(folder["kv.db"], clock);
        await store.StartAsync(TestContext.Current.CancellationToken);
        var left = await store.ListAsync(Leased, TestContext.Current.CancellationToken);
        // One commit writes the pair and the leased key: they are there together, each with its lease or without.
        Assert.InRange(BinaryPrimitives.ReadInt64BigEndian(Assert.Single(left).Value.Span), acknowledged, long.MaxValue);
        clock.Advance(LeaseTime - TimeSpan.FromSeconds(1));
        Assert.Single(await store.ListAsync(Leased, TestContext.Current.CancellationToken));
        clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(async () => (await store.ListAsync(Leased, CancellationToken.None)).Count == 0, "the key of the killed holder runs out");
        Assert.Equal(Pair, (await store.ListAsync("", TestContext.Current.CancellationToken)).Select(entry => entry.Key));
    }

    [Fact]
    public async Task Keys_of_a_killed_holder_that_are_written_again_stay()
    {
        using var folder = new TemporaryFolder();
        for (var round = 0; round < 2; round++)
            await WriteUntilKilledAsync(folder["kv.db"], atLeast: 5);
        var clock = new ManualClock();
        await using var store = new EmbeddedKvstore(folder["kv.db"], clock);
        await store.StartAsync(TestContext.Current.CancellationToken);
        var mine = await store.GrantLeaseAsync(LeaseTime, TestContext.Current.CancellationToken);
        await store.CommitAsync([], [new KvOperation.Put(Leased, "mine"u8.ToArray(), mine)], TestContext.Current.CancellationToken);
        Assert.Contains(", 3 leases, ", (await store.GetStatusAsync(TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        clock.Advance(LeaseTime);
        await Eventually.TrueAsync(async () => (await store.GetStatusAsync(CancellationToken.None)).Message.Contains(", 1 leases, ", StringComparison.Ordinal), "the leases of two killed processes run out");
        Assert.Equal("mine"u8.ToArray(), (await store.GetAsync(Leased, TestContext.Current.CancellationToken))?.Value.ToArray());
    }

    private static async Task<long> WriteUntilKilledAsync(string path, int atLeast)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, Environment = { [Variable] = path } };
        using var writer = Process.Start(start)!;
        long last = -1;
        try
        {
            for (var i = 0; i < atLeast; i++)
                last = long.Parse((await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync(CancellationToken.None);
        }

        // What it had said before it died counts too.
        while (await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            last = long.TryParse(line, CultureInfo.InvariantCulture, out var number) && number > last ? number : last;
        return last;
    }

    private static async Task WriteForeverAsync(string path)
    {
        var store = new EmbeddedKvstore(path, TimeProvider.System);
        await store.StartAsync(CancellationToken.None);
        var entry = await store.GetAsync(Pair[0], CancellationToken.None);
        var lease = await store.GrantLeaseAsync(LeaseTime, CancellationToken.None);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        for (var number = entry is null ? 0 : BinaryPrimitives.ReadInt64BigEndian(entry.Value.Span) + 1; ; number++)
        {
            var value = new byte[64];
            BinaryPrimitives.WriteInt64BigEndian(value, number);
            await store.CommitAsync([], [new KvOperation.Put(Leased, value, lease), .. Pair.Select(key => new KvOperation.Put(key, value))], CancellationToken.None);
            output.WriteLine(number.ToString(CultureInfo.InvariantCulture));
        }
    }
}
