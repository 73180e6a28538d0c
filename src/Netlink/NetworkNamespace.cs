using System.Runtime.ExceptionServices;
using Cilium.Framework.Netlink.Native;

namespace Cilium.Framework.Netlink;

/// <summary>A network namespace, by a path that keeps it alive (as <c>ip netns</c> makes them).</summary>
/// <param name="path">A bind mount such as <c>/run/netns/blue</c>, or <c>/proc/PID/ns/net</c>.</param>
public sealed class NetworkNamespace(string path)
{
    /// <summary>Folder of named namespaces, shared with <c>ip netns</c>.</summary>
    public const string Folder = "/run/netns";

    /// <summary>Path that keeps it alive.</summary>
    public string Path { get; } = path;

    /// <summary>Last part of the path.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>An existing named namespace; nothing is opened yet.</summary>
    /// <param name="name">Its name.</param>
    public static NetworkNamespace Named(string name) => new(System.IO.Path.Combine(Folder, name));

    /// <summary>Makes a named namespace with its loopback device up.</summary>
    /// <param name="name">A name that is free.</param>
    /// <exception cref="NetlinkException">The name is taken (<see cref="NetlinkException.Exists"/>) or the kernel refused.</exception>
    public static NetworkNamespace Create(string name)
    {
        Directory.CreateDirectory(Folder);
        var created = Named(name);
        if (File.Exists(created.Path))
            throw new NetlinkException(NetlinkException.Exists, $"create network namespace {name}: {created.Path} exists");
        File.WriteAllText(created.Path, "");
        try
        {
            OnOwnThread(() =>
            {
                Libc.Check(Libc.Unshare(Libc.CloneNewNet), $"create network namespace {name}");
                Libc.Check(Libc.Mount("/proc/thread-self/ns/net", created.Path, null, Libc.MountBind, null), $"keep network namespace {name} alive at {created.Path}");
                using var netlink = RouteNetlink.Open();
                netlink.SetUp(netlink.FindLink("lo")!.Index);
                return 0;
            });
        }
        catch
        {
            created.Delete();
            throw;
        }

        return created;
    }

    /// <summary>Removes the name. The namespace itself ends with its last process; its veth devices end with it. Success when it does not exist.</summary>
    public void Delete()
    {
        Libc.Unmount(Path, Libc.UnmountDetach);
        File.Delete(Path);
    }

    /// <summary>Runs an action on a thread of its own that is inside the namespace; the calling thread stays where it is.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="function">Synchronous; must not switch threads.</param>
    /// <exception cref="NetlinkException">The namespace cannot be entered.</exception>
    public T Run<T>(Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return OnOwnThread(() =>
        {
            using var descriptor = OpenDescriptor();
            Libc.Check(Libc.SetNamespace(descriptor.Value, Libc.CloneNewNet), $"enter network namespace {Path}");
            return function();
        });
    }

    /// <summary>Runs an action on a thread of its own that is inside the namespace.</summary>
    /// <param name="action">Synchronous; must not switch threads.</param>
    public void Run(Action action) => Run(() =>
    {
        action();
        return 0;
    });

    /// <inheritdoc />
    public override string ToString() => Path;

    internal SafeDescriptor OpenDescriptor() => new(Libc.Check(Libc.Open(Path, Libc.OpenReadOnlyCloseOnExec), $"open network namespace {Path}"));

    // setns(2) is per thread: a pool thread must never be left in another namespace.
    private static T OnOwnThread<T>(Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = function();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
