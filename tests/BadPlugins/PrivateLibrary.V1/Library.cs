namespace Cilium.Framework.BadPlugins.PrivateLibrary;

/// <summary>A library of a plugin, in one of two versions that do not fit together.</summary>
public static class Library
{
    /// <summary>Only this version has it.</summary>
    public static string Version1 => "private library 1";
}
