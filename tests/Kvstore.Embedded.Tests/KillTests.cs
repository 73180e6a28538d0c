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
            await using var store = new EmbeddedKvstore(folder["kv.db"]);
            await store.StartAsync(TestContext.Current.CancellationToken);
            var entries = await store.ListAsync("", TestContext.Current.CancellationToken);
            Assert.Equal(Pair, entries.Select(entry => entry.Key));
            Assert.Equal(entries[0].Value.ToArray(), entries[1].Value.ToArray());
            Assert.InRange(BinaryPrimitives.ReadInt64BigEndian(entries[0].Value.Span), acknowledged, long.MaxValue);
        }
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
        var store = new EmbeddedKvstore(path);
        await store.StartAsync(CancellationToken.None);
        var entry = await store.GetAsync(Pair[0], CancellationToken.None);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        for (var number = entry is null ? 0 : BinaryPrimitives.ReadInt64BigEndian(entry.Value.Span) + 1; ; number++)
        {
            var value = new byte[64];
            BinaryPrimitives.WriteInt64BigEndian(value, number);
            await store.CommitAsync([], [.. Pair.Select(key => new KvOperation.Put(key, value))], CancellationToken.None);
            output.WriteLine(number.ToString(CultureInfo.InvariantCulture));
        }
    }
}
