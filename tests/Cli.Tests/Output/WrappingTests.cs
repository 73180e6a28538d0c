using Cilium.Framework.Cli.Output;

namespace Cilium.Framework.Cli.Tests.Output;

public class WrappingTests
{
    [Theory]
    [InlineData("", 10, "")]
    [InlineData("short", 10, "short")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("exactly 10", 10, "exactly 10")]
    [InlineData("/opt/cilium/plugins", 12, "/opt/cilium/|plugins")]
    [InlineData("k8s:io.kubernetes.pod.namespace=blue", 22, "k8s:io.kubernetes.pod.|namespace=blue")]
    [InlineData("x123456789abcdef", 6, "x12345|6789ab|cdef")]
    [InlineData("10.100.200.201", 8, "10.100.200.201")]
    [InlineData("10.100.200.201:41794", 16, "10.100.200.201:|41794")]
    [InlineData("10.1.0.2 id 28735", 9, "10.1.0.2|id 28735")]
    [InlineData("[fd00::2]:80", 11, "[fd00::2]:|80")]
    [InlineData("40876->12345", 8, "40876->|12345")]
    [InlineData("a.bcdefghijklmnop", 9, "a.bcdefgh|ijklmnop")]
    public void A_text_is_broken_where_it_reads_best(string text, int width, string expected) => Assert.Equal(expected.Split('|'), Wrapping.Lines(text, width));
}
