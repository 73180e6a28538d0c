using Cilium.Framework.Labels;

namespace Cilium.Framework.Abstractions.Tests.Labels;

public class LabelTests
{
    [Theory]
    [InlineData("k8s:app=web", "k8s", "app", "web")]
    [InlineData("app", "unspec", "app", "")]
    [InlineData("k8s:io.kubernetes/app.name=a=b", "k8s", "io.kubernetes/app.name", "a=b")]
    [InlineData("app=a:b", "unspec", "app", "a:b")]
    [InlineData("reserved:host", "reserved", "host", "")]
    public void A_label_splits_into_source_key_and_value(string text, string source, string key, string value) =>
        Assert.Equal(new Label(source, key, value), Label.Parse(text));

    [Theory]
    [InlineData("a;b", 1, "';' separates labels")]
    [InlineData("app\0", 3, "NUL")]
    [InlineData("app=\n", 4, "a control character")]
    [InlineData("äpp", 0, "not ASCII")]
    [InlineData("/x:app", 0, "not accepted in a source")]
    [InlineData("k8s:=v", 4, "is empty")]
    [InlineData("", 0, "is empty")]
    public void A_bad_label_is_refused_with_its_position(string text, int position, string why)
    {
        var error = Assert.Throws<FormatException>(() => Label.Parse(text)).Message;
        Assert.Contains($"position {position}", error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_gives_the_store_key_in_key_order_and_reads_it_back()
    {
        var set = LabelSet.Parse("k8s:role=db", "container:app=web", "k8s:app=web");
        Assert.Equal("container:app=web;k8s:app=web;k8s:role=db;", set.ToKey());
        Assert.Equal(set, LabelSet.FromKey(set.ToKey()));
    }

    [Fact]
    public void The_order_in_which_labels_are_given_does_not_matter() =>
        Assert.Equal(LabelSet.Parse("b=1", "a=2"), LabelSet.Parse("a=2", "b=1"));
}
