using System.Diagnostics;

namespace Cilium.Framework.Netlink.Tests;

/// <summary>Another program that changes what we read: <c>ip</c> of iproute2.</summary>
internal static class IpTool
{
    public static async Task RunAsync(NetworkNamespace networkNamespace, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", ["-netns", networkNamespace.Name, .. arguments.Split(' ')]) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"ip {arguments}: {error}");
    }
}
