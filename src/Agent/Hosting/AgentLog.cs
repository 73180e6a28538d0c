namespace Cilium.Framework.Agent.Hosting;

internal static partial class AgentLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is served on {Socket}.")]
    public static partial void Started(ILogger logger, string node, string socket);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Subject}: {Text}")]
    public static partial void Finding(ILogger logger, string subject, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Endpoint {Id} is forgotten: its device {Device} vanished while no agent ran.")]
    public static partial void Vanished(ILogger logger, ushort id, string device);

    [LoggerMessage(Level = LogLevel.Information, Message = "Device {Device} is removed: routing made it for an earlier configuration.")]
    public static partial void LeftDevice(ILogger logger, string device);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Text}")]
    public static partial void Warning(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "Address {Address} is free again: its endpoint is gone.")]
    public static partial void Freed(ILogger logger, System.Net.IPAddress address);
}
