using System.Runtime.InteropServices;

namespace Cilium.Framework.Agent.Api;

/// <summary>The API's socket in the file system: mode 0660, group <c>cilium</c> where it exists.</summary>
internal static partial class SocketFile
{
    private const string Group = "cilium";

    /// <summary>Makes the folder and removes the socket of an earlier process. Only who holds the state directory's lock may call it.</summary>
    public static void Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
    }

    /// <summary>Sets owner and mode.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="groups">The machine's list of groups, as group(5).</param>
    /// <returns>A warning when members of the group cannot use the socket; null otherwise.</returns>
    public static string? Protect(string path, string groups = "/etc/group")
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        if (FindGroup(groups) is not { } group)
            return $"group {Group} does not exist: only root can use {path}. Create the group and restart the agent to let its members in.";
        return ChangeOwner(path, -1, group) == 0 ? null : $"{path} could not be given to group {Group}: {Marshal.GetLastPInvokeErrorMessage()}";
    }

    /// <summary>Number of the group whose members may use the socket; null: it does not exist.</summary>
    public static int? FindGroup(string groups = "/etc/group")
    {
        var line = File.Exists(groups) ? File.ReadLines(groups).FirstOrDefault(line => line.StartsWith(Group + ":", StringComparison.Ordinal)) : null;
        return line?.Split(':') is { Length: >= 3 } fields && int.TryParse(fields[2], out var id) ? id : null;
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int owner, int group);
}
