using System.Text;
using Cilium.Framework.Agent.NodeHealth;

namespace Cilium.Framework.Agent.Tests.NodeHealth;

public class HealthServiceTests
{
    private static string Answer(string request) => Encoding.ASCII.GetString(HealthService.Answer(Encoding.ASCII.GetBytes(request)));

    [Theory]
    [InlineData("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK")]
    [InlineData("GET /v1beta/hello HTTP/1.0\r\n\r\n", "200 OK")]
    [InlineData("GET /healthz HTTP/1.1\r\n\r\n", "404 Not Found")]
    [InlineData("POST /hello HTTP/1.1\r\n\r\n", "404 Not Found")]
    [InlineData("\u0016\u0003\u0001", "404 Not Found")]
    [InlineData("", "404 Not Found")]
    public void The_greeting_is_answered_and_nothing_else(string request, string status) =>
        Assert.Equal($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", Answer(request));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", null)]
    [InlineData("HTTP/1.0 200\r\n", null)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n", "answered \"HTTP/1.1 503 Service Unavailable\", not with 200")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "answered \"SSH-2.0-OpenSSH_9.2\", not with 200")]
    [InlineData("", "the connection was closed without an answer")]
    public void An_answer_that_is_not_the_greeting_is_an_error_in_words(string answer, string? objection) =>
        Assert.Equal(objection, HealthService.Objection(Encoding.ASCII.GetBytes(answer)));

    [Fact]
    public void What_is_asked_is_what_is_answered() => Assert.Null(HealthService.Objection(HealthService.Answer(HealthService.Request)));
}
