namespace Cilium.Framework.Lab;

/// <summary>The lab could not be built, or a process of it failed.</summary>
/// <param name="message">What failed, with the end of its log.</param>
public sealed class LabException(string message) : Exception(message);
