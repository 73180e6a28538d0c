using Cilium.Framework.Errors;

namespace Cilium.Framework.Abstractions.Tests.Errors;

public class ExcerptTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a value", "a value")]
    [InlineData("a\nb\u001b[31mü", "a\\u000ab\\u001b[31m\\u00fc")]
    public void A_short_value_is_shown_as_a_whole_and_garbles_no_terminal(string text, string shown) => Assert.Equal(shown, Excerpt.Of(text));

    [Fact]
    public void Of_a_long_value_the_beginning_and_the_length_are_shown() =>
        Assert.Equal(new string('x', 60) + "... (3000000 characters)", Excerpt.Of(new string('x', 3_000_000)));
}
