using System.Diagnostics;

namespace Cilium.Framework.Lab;

/// <summary>File systems that an agent mounted below its folder.</summary>
public static class Mounts
{
    /// <summary>Unmounts everything below a folder, so that the folder can be deleted.</summary>
    /// <param name="folder">The folder.</param>
    public static void RemoveBelow(string folder)
    {
        var below = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')[1]).Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal)).Reverse();
        foreach (var path in below.ToList())
            Process.Start("umount", ["-l", path]).WaitForExit();
    }
}
