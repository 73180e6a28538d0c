namespace Cilium.Framework.Cli;

/// <summary>A command cannot do its work.</summary>
/// <param name="message">What failed and what to do.</param>
internal sealed class CommandException(string message) : Exception(message);
