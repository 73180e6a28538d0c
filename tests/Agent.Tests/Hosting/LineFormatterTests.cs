using Cilium.Framework.Daemon;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Agent.Tests.Hosting;

public class LineFormatterTests
{
    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }

    private static string Line(string category, LogLevel level, string text, Exception? exception = null)
    {
        using var writer = new StringWriter();
        new LineFormatter(new Clock()).Write(new LogEntry<string>(level, category, 5, text, exception, (state, _) => state), null, writer);
        return writer.ToString();
    }

    [Theory]
    [InlineData("Cilium.Framework.Agent.Hosting.NodeRuntime", "NodeRuntime")]
    [InlineData("datapath.bpf:datapath.bpf", "datapath.bpf")]
    [InlineData("reconciler-policies", "reconciler-policies")]
    public void A_line_names_time_level_and_source(string category, string source) =>
        Assert.Equal($"1970-01-01T00:00:00.000Z warn  {source}: it is late\n", Line(category, LogLevel.Warning, "it is late"));

    [Fact]
    public void A_text_of_several_lines_is_one_line() => Assert.Equal("1970-01-01T00:00:00.000Z info  a: one | two\n", Line("a", LogLevel.Information, "one\ntwo"));

    [Fact]
    public void An_exception_follows() => Assert.EndsWith("error a: failed\nSystem.InvalidOperationException: why\n", Line("a", LogLevel.Error, "failed", new InvalidOperationException("why")), StringComparison.Ordinal);
}
