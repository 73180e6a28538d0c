using System.Diagnostics;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Packaging.Tests.Package;

/// <summary>This machine as packages see it, with a memory of its own: an overlay over its root in mount, network and process namespaces. Whatever is installed
/// there, the machine stays as it was.</summary>
internal sealed class ScratchMachine : IAsyncDisposable
{
    private const string Setup = """
        set -e
        mount -t tmpfs scratch "$1"
        mkdir "$1"/upper "$1"/work "$1"/root
        mount -t overlay scratch -o lowerdir=/,upperdir="$1"/upper,workdir="$1"/work "$1"/root
        root=$1/root
        mount --bind /dev "$root"/dev
        mount -t proc proc "$root"/proc
        mount -t sysfs sysfs "$root"/sys
        mount -t tmpfs -o mode=755 run "$root"/run
        mount -t tmpfs -o mode=1777 tmp "$root"/tmp
        mount --bind "$2" "$root"/media
        ip link set lo up
        echo ready
        exec cat
        """;

    private readonly TemporaryFolder _folder;
    private readonly Process _unshare;
    private int _init;

    private ScratchMachine(Process unshare, TemporaryFolder folder) => (_unshare, _folder) = (unshare, folder);

    /// <param name="packages">Folder that is seen as /media.</param>
    public static async Task<ScratchMachine> StartAsync(string packages)
    {
        Require.Bpf();
        Require.Tool("unshare");
        Require.Tool("nsenter");
        Require.Tool("dpkg");
        var folder = new TemporaryFolder();
        var unshare = Process.Start(new ProcessStartInfo("unshare", ["--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private", "bash", "-c", Setup, "bash", folder.Path, packages])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var machine = new ScratchMachine(unshare, folder);
        if (await unshare.StandardOutput.ReadLineAsync(Checkout.Cancelled) != "ready")
        {
            var error = await unshare.StandardError.ReadToEndAsync(Checkout.Cancelled);
            await machine.DisposeAsync();
            Assert.Fail($"the scratch machine cannot be set up: {error}");
        }

        machine._init = int.Parse((await File.ReadAllTextAsync($"/proc/{unshare.Id}/task/{unshare.Id}/children", Checkout.Cancelled)).Trim(), System.Globalization.CultureInfo.InvariantCulture);
        return machine;
    }

    /// <summary>Its network.</summary>
    public NetworkNamespace Network => new($"/proc/{_init}/ns/net");

    /// <summary>One of its files, by the way from here.</summary>
    /// <param name="path">As it is called there.</param>
    public string PathOf(string path) => $"/proc/{_init}/root{_folder.Path}/root{path}";

    /// <summary>Runs a command of the shell there, as root, from its root folder.</summary>
    public Task<(int Status, string Output)> RunAsync(string command) => Checkout.RunAsync("nsenter", [.. Enter, command]);

    /// <summary>Runs one that must succeed.</summary>
    public async Task<string> DoAsync(string command)
    {
        var (status, output) = await RunAsync(command);
        Assert.True(status == 0, $"{command}: status {status}: {output}");
        return output;
    }

    /// <summary>Starts one that goes on.</summary>
    public Process Start(string command) => Process.Start(new ProcessStartInfo("nsenter", [.. Enter, command]) { RedirectStandardError = true })!;

    public async ValueTask DisposeAsync()
    {
        // Ends with its input, and every process there with it.
        _unshare.Kill(entireProcessTree: true);
        await _unshare.WaitForExitAsync(CancellationToken.None);
        _unshare.Dispose();
        _folder.Dispose();
    }

    private string[] Enter => [$"--mount=/proc/{_init}/ns/mnt", $"--net=/proc/{_init}/ns/net", $"--pid=/proc/{_init}/ns/pid_for_children", "chroot", $"{_folder.Path}/root", "sh", "-c"];
}
