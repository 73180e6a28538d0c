using System.Text.Json;
using System.Text.Json.Serialization;
using Cilium.Framework.State;

namespace Cilium.Framework.Core.Tests.State;

public sealed class LongTextTests
{
    /// <summary>Pieces end in the middle of a pair of surrogates and before and after what is escaped.</summary>
    [Theory]
    [InlineData(0, "")]
    [InlineData(4095, "\U0001F41D\"\\\n")]
    [InlineData(4096, "\"quoted\"")]
    [InlineData(200_000, "é")]
    public void Is_written_as_in_one_piece(int before, string end)
    {
        var text = new string('a', before) + end + new string('b', 5000);

        var json = JsonSerializer.Serialize(new Held(text));

        Assert.Equal(JsonSerializer.Serialize(text), json[(json.IndexOf(':', StringComparison.Ordinal) + 1)..^1]);
        Assert.Equal(text, JsonSerializer.Deserialize<Held>(json)!.Text);
    }

    /// <summary>The pool from which the writer takes room keeps it.</summary>
    [Fact]
    public void Takes_no_room_for_the_worst_case()
    {
        var held = new Held("\"" + new string('a', 1 << 20));
        var before = GC.GetAllocatedBytesForCurrentThread();

        JsonSerializer.SerializeToUtf8Bytes(held);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1 << 20, 8 << 20);
    }

    private sealed record Held([property: JsonConverter(typeof(LongText))] string Text);
}
