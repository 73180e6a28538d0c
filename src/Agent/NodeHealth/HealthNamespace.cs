using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cilium.Framework.Agent.Privileges;
using Cilium.Framework.Configuration;
using Cilium.Framework.Netlink;
using Cilium.Framework.Plugins;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>The network namespace of the health endpoint. Making and entering it takes CAP_SYS_ADMIN, so both are done before the agent gives that up; sockets of it are what remains.</summary>
internal static unsafe class HealthNamespace
{
    /// <summary>Environment variable that tells the agent why there is none.</summary>
    public const string Failure = "CILIUM_HEALTH_FAILURE";

    /// <summary>In the run directory, which is this node's alone.</summary>
    private const string FileName = "health-netns";

    /// <summary>Probes of health endpoints at a time, of each family.</summary>
    private const int Connections = 16;

    /// <summary>NSFS_MAGIC of linux/magic.h.</summary>
    private const long Magic = 0x6e736673;

    /// <summary>Longer than struct statfs.</summary>
    private const int StatWords = 16;

    /// <summary>Where it is kept alive.</summary>
    /// <param name="runDirectory">Setting <c>run-dir</c>.</param>
    public static NetworkNamespace Of(string runDirectory) => new(Path.Combine(runDirectory, FileName));

    /// <summary>Makes it when it is missing, and opens sockets in it for the agent that this process becomes. Nothing is done where there can be no health endpoint.</summary>
    /// <param name="configuration">Valid settings.</param>
    public static void Prepare(LoadedConfiguration configuration)
    {
        var options = configuration.Options;
        // A datapath without real devices has no endpoint that could answer. What was inherited is from the process that this one was.
        if (!options.Health || BpfFolder.Of(configuration) is null || Environment.GetEnvironmentVariable(EndpointSockets.Variable) is { Length: > 0 })
            return;
        if ((Libc.Capabilities().Effective & Confinement.Bits([Capability.SysAdmin])) == 0 || !PluginHost.HasFitting(configuration))
            return;
        try
        {
            Directory.CreateDirectory(options.RunDirectory);
            var sockets = Ensure(Of(options.RunDirectory)).Run(Open).ToString();
            Environment.SetEnvironmentVariable(EndpointSockets.Variable, sockets);
            _ = Libc.SetEnvironment(EndpointSockets.Variable, sockets, overwrite: 1);
        }
        catch (Exception exception) when (exception is NetlinkException or SocketException or IOException or UnauthorizedAccessException)
        {
            // The agent works without it, and says that it has none.
            Environment.SetEnvironmentVariable(Failure, exception.Message);
            _ = Libc.SetEnvironment(Failure, exception.Message, overwrite: 1);
        }
    }

    /// <summary>Removes it; its devices go with it. Success when there is none.</summary>
    /// <param name="runDirectory">Setting <c>run-dir</c>.</param>
    /// <returns>Whether there was one.</returns>
    public static bool Remove(string runDirectory)
    {
        var found = Of(runDirectory);
        if (!File.Exists(found.Path))
            return false;
        found.Delete();
        return true;
    }

    private static NetworkNamespace Ensure(NetworkNamespace wanted)
    {
        if (IsMounted(wanted.Path))
            return wanted;
        // The file alone is left where somebody took the mount away.
        File.Delete(wanted.Path);
        return NetworkNamespace.Create(wanted.Path);
    }

    private static bool IsMounted(string path)
    {
        var buffer = stackalloc long[StatWords];
        return Libc.StatFileSystem(path, buffer) == 0 && buffer[0] == Magic;
    }

    internal static EndpointSockets Open()
    {
        using var netlink = RouteNetlink.Open();
        return new EndpointSockets(
            netlink.Bequeath(), Bequeath(Listener()), Bequeath(EchoSocket.Open(isIPv6: false)), Bequeath(EchoSocket.Open(isIPv6: true)),
            Several(AddressFamily.InterNetwork), Several(AddressFamily.InterNetworkV6));
    }

    private static Socket Listener() => new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };

    private static IReadOnlyList<int> Several(AddressFamily family) =>
        [.. Enumerable.Range(0, Connections).Select(_ => Bequeath(new Socket(family, SocketType.Stream, ProtocolType.Tcp)))];

    /// <summary>A descriptor of the same socket that the execution does not close.</summary>
    private static int Bequeath(Socket socket)
    {
        using var original = socket;
        var descriptor = Libc.Duplicate((int)socket.SafeHandle.DangerousGetHandle());
        return descriptor >= 0 ? descriptor : throw new SocketException(Marshal.GetLastPInvokeError());
    }
}
