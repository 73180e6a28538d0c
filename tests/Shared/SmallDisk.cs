using System.Diagnostics;

namespace Cilium.Framework.Testing;

/// <summary>A file system with little room, in memory. Gone after the test with all that it holds.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="kilobytes">Its room.</param>
    public SmallDisk(int kilobytes)
    {
        Require.Root();
        Require.Tool("mount");
        Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k,mode=0700", "cilium-test", _folder.Path);
    }

    public string this[string name] => _folder[name];

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        using var rest = File.Create(_folder["rest"]);
        try
        {
            while (true)
            {
                rest.Write(new byte[4096]);
                rest.Flush();
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>There is room again.</summary>
    public void Free() => File.Delete(_folder["rest"]);

    /// <summary>Nothing can be written in a folder of it any more; who has a file open keeps it.</summary>
    public void MakeReadOnly(string name)
    {
        Run("mount", "--bind", _folder[name], _folder[name]);
        Run("mount", "-o", "remount,bind,ro", _folder[name]);
    }

    /// <summary>It can be written again.</summary>
    public void MakeWritable(string name) => Run("umount", "-l", _folder[name]);

    public void Dispose()
    {
        Run("umount", "-l", "-R", _folder.Path);
        _folder.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with status {process.ExitCode}");
    }
}
