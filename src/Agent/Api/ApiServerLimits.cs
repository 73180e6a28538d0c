using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cilium.Framework.Agent.Api;

/// <summary>What one client, or many, may take of the server. The bound of a body is <see cref="Client.ApiLimits"/>.</summary>
internal sealed record ApiServerLimits
{
    /// <summary>Connections at a time: a monitor holds one for as long as it listens, everybody else for a request.</summary>
    public int Connections { get; init; } = 256;

    /// <summary>Connections that may wait to be taken; the kernel allows no more than net.core.somaxconn, by default as many.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>How long the head of a request may take.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle between two requests.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes a second, on average, that a body must arrive with and an answer must be read with, once <see cref="Grace"/> has passed.</summary>
    public double BytesPerSecond { get; init; } = 1024;

    /// <summary>How long a body may be slower.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    public void Apply(KestrelServerLimits server)
    {
        // RequestBody counts, and says what to do.
        server.MaxRequestBodySize = null;
        server.RequestHeadersTimeout = HeadTimeout;
        server.KeepAliveTimeout = IdleTimeout;
        server.MinRequestBodyDataRate = new MinDataRate(BytesPerSecond, Grace);
        server.MinResponseDataRate = new MinDataRate(BytesPerSecond, Grace);
    }
}
