using System.Diagnostics;
using System.Net.Sockets;
using Cilium.Framework.Agent.Api;

namespace Cilium.Framework.Agent.Tests.Api;

public sealed class SocketFileTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["run/cilium/cilium.sock"];

    public void Dispose() => _folder.Dispose();

    private Socket Listen()
    {
        SocketFile.Prepare(Path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path));
        return socket;
    }

    [Fact]
    public void The_folder_is_made_and_a_socket_that_a_crash_left_is_replaced()
    {
        var left = Listen();
        // A crash closes the socket and leaves its name.
        left.SafeHandle.Dispose();
        Assert.True(File.Exists(Path));
        using var again = Listen();
        Assert.True(File.Exists(Path));
    }

    [Theory]
    [InlineData("root:x:0:\nciliumx:x:7:\n")]
    [InlineData("cilium:x:none:\n")]
    [InlineData(null)]
    public void Without_the_group_only_root_is_let_in_and_told_so(string? groups)
    {
        using var socket = Listen();
        if (groups is not null)
            File.WriteAllText(_folder["group"], groups);
        Assert.Equal(
            $"group cilium does not exist: only root can use {Path}. Create the group and restart the agent to let its members in.", SocketFile.Protect(Path, _folder["group"]));
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(Path));
    }

    [Fact]
    [Trait("Needs", "Root")]
    public void The_group_gets_the_socket()
    {
        Require.Root();
        using var socket = Listen();
        File.WriteAllText(_folder["group"], "root:x:0:\ncilium:x:4321:alice,bob\n");
        Assert.Null(SocketFile.Protect(Path, _folder["group"]));
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(Path));
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%u:%g", Path]) { RedirectStandardOutput = true })!;
        Assert.Equal("0:4321", stat.StandardOutput.ReadToEnd().Trim());
    }
}
