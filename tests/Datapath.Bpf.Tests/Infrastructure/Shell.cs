using System.Diagnostics;

namespace Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;

internal static class Shell
{
    /// <summary>Runs a program to its end; a status other than zero fails the test.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: status {process.ExitCode}: {output}");
        return output;
    }

    /// <summary>Runs ip(8); arguments are separated by blanks.</summary>
    public static string Ip(string arguments) => Run("ip", arguments.Split(' '));
}
