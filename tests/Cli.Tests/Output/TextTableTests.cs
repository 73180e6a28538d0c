using Cilium.Framework.Cli.Output;

namespace Cilium.Framework.Cli.Tests.Output;

public class TextTableTests
{
    private static readonly string[] Columns = ["Endpoint", "Policy", "Identity", "Labels", "IPv4", "IPv6", "Status"];

    private static string Table(IReadOnlyList<string> columns, params IReadOnlyList<string>[] rows) => string.Join('\n', TextTable.Format(columns, rows, 80));

    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell() => Assert.Equal(
        "ID     LABELS\n1      reserved:host\n28764  k8s:app=client",
        Table(["Id", "Labels"], ["1", "reserved:host"], ["28764", "k8s:app=client"]));

    [Fact]
    public void A_table_without_rows_shows_its_headings() => Assert.Equal("ID  LABELS", Table(["Id", "Labels"]));

    [Fact]
    public void A_long_cell_goes_on_below_itself_and_nothing_of_the_row_is_lost()
    {
        var table = Table(
            Columns,
            ["17", "both", "40876", "k8s:io.kubernetes.pod.namespace=a-namespace-with-a-long-name", "10.100.200.201", "fd00:1234:5678::abcd", "waiting-to-regenerate"],
            ["", "", "", "k8s:app=web", "", "", ""]);
        Assert.All(table.Split('\n'), line => Assert.True(line.Length <= 80, $"{line.Length} columns: {line}"));
        var columnOfLabels = table.IndexOf("LABELS", StringComparison.Ordinal);
        var labels = string.Concat(table.Split('\n').Skip(1).Select(line => line[columnOfLabels..].Split("  ", 2)[0].Trim()));
        Assert.Equal("k8s:io.kubernetes.pod.namespace=a-namespace-with-a-long-namek8s:app=web", labels);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(40)]
    public void Every_cell_is_shown_whatever_the_width(int width)
    {
        string[] cells = ["datapath.bpf", "0.1.0", "Loaded", "/opt/cilium/plugins/Datapath.Bpf/and/some/more/folders/below/it"];
        var shown = string.Concat(TextTable.Format(["Id", "Version", "State", "Path"], [cells], width).Skip(1).SelectMany(line => line.Where(c => c != ' ')));
        Assert.Equal(string.Concat(cells).Order(), shown.Order());
    }

    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    public void An_address_or_identity_is_never_broken(int width)
    {
        string[] whole = ["fd00:1234:5678:9abc:def0:1234:5678:9abc/128", "10.100.200.201", "[fd00:1234::abcd]:", "41794", "40876->", "16777217"];
        var table = string.Join('\n', TextTable.Format(
            ["Prefix", "IPv4", "Destination", "Identities", "Rules"],
            [[whole[0], whole[1], "[fd00:1234::abcd]:41794", "40876->16777217", "a-rule-with-a-long-name ingress[0] / another-rule egress[12]"]], width));
        Assert.All(whole, piece => Assert.Contains(piece, table, StringComparison.Ordinal));
    }

    [Fact]
    public void Connections_over_ipv6_fit_a_terminal() => Assert.All(
        TextTable.Format(
            ["Protocol", "Source", "Destination", "Identities", "State", "Expires", "Rules"],
            [["Tcp", "[fd00:1::a]:40000", "[fd00:1::b]:80", "40876->12345", "established", "21599s", "- / server ingress[0]"]], 80),
        line => Assert.True(line.Length <= 80, $"{line.Length} columns: {line}"));

    [Fact]
    public void Lines_do_not_end_in_blanks() =>
        Assert.All(Table(["Id", "Status", "Text"], ["1", "Done", ""], ["2", "Error", "no such device"]).Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
}
