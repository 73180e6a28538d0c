using System.Runtime.InteropServices;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Configuration;

namespace Cilium.Framework.Agent.Privileges;

/// <summary>Gives up every capability that the agent does not need, before a plugin is loaded.</summary>
/// <remarks>
/// Capabilities belong to threads, and the runtime has many before any of our code runs. So the process narrows its bounding set and executes itself again:
/// the kernel gives a program that root executes no more than that set, whatever thread it starts. Under a service manager that set it already
/// (<c>CapabilityBoundingSet=</c>) nothing is executed again. Number, open streams and environment of the process stay.
/// </remarks>
internal static unsafe class Confinement
{
    private const int NoEntry = 2;

    /// <summary>What an agent needs at all times.</summary>
    public static readonly IReadOnlyList<Capability> Needed = [Capability.NetAdmin, Capability.PerfMon, Capability.Bpf];

    /// <summary>Returns when there is nothing to give up; otherwise the process begins anew with less.</summary>
    /// <returns>A warning when more is kept than an agent needs; null otherwise.</returns>
    public static string? Enter(AgentOptions options)
    {
        // Whoever is not root has what it was given on purpose, and would lose it by being executed.
        if (!Environment.IsPrivilegedProcess || Libc.Capabilities().Permitted == 0)
            return null;
        var closed = Closed(options);
        Capability[] kept = [.. Needed, .. closed.Count > 0 ? [Capability.DacOverride] : (Capability[])[], .. options.Health ? [Capability.NetRaw] : (Capability[])[]];
        var bits = Bits(kept);
        if (Exceeds(bits))
        {
            JoinGroup();
            Drop(bits);
            if (!Exceeds(bits))
                ExecuteAgain();
        }

        if (Exceeds(bits))
            return "The capabilities that the agent does not need could not be given up: it may not change its bounding set. Start it with CAP_SETPCAP, or with a bounding set of its own (CapabilityBoundingSet=).";
        return closed.Count > 0 && (Bounding() & Bits([Capability.DacOverride])) != 0 ? $"CAP_DAC_OVERRIDE is kept: root cannot use {string.Join(", ", closed)} by owner and mode. Put the folder where root owns everything above it." : null;
    }

    /// <summary>As the kernel writes sets in /proc/PID/status.</summary>
    internal static ulong Bits(IEnumerable<Capability> capabilities) => capabilities.Aggregate(0UL, (bits, capability) => bits | (1UL << (int)capability));

    private static bool Exceeds(ulong bits) => (Bounding() & ~bits) != 0;

    private static ulong Bounding()
    {
        var bits = 0UL;
        for (var number = 0; number <= Libc.LastCapability; number++)
            bits |= Libc.Control(Libc.BoundingSetRead, (nuint)number, 0, 0, 0) == 1 ? 1UL << number : 0;
        return bits;
    }

    /// <summary>Of this thread, which is the one that executes.</summary>
    private static void Drop(ulong kept)
    {
        _ = Libc.Control(Libc.Ambient, Libc.AmbientClearAll, 0, 0, 0);
        for (var number = 0; number <= Libc.LastCapability; number++)
        {
            if ((kept & (1UL << number)) == 0)
                _ = Libc.Control(Libc.BoundingSetDrop, (nuint)number, 0, 0, 0);
        }

        var (effective, permitted, _) = Libc.Capabilities();
        _ = Libc.SetCapabilities(effective, permitted, 0);
    }

    /// <summary>Folders that root cannot use by owner and mode alone, such as those in a home directory.</summary>
    private static List<string> Closed(AgentOptions options)
    {
        var (effective, permitted, inheritable) = Libc.Capabilities();
        if (!Libc.SetCapabilities(effective & Bits(Needed), permitted, inheritable))
            return [];
        try
        {
            return
            [
                .. new[] { AppContext.BaseDirectory, options.PluginsDirectory }.Where(path => !MayUse(path, Libc.ReadExecute)),
                .. new[] { options.StateDirectory, options.RunDirectory, Path.GetDirectoryName(options.ApiSocket)! }.Where(path => !MayUse(path, Libc.ReadWriteExecute)),
            ];
        }
        finally
        {
            _ = Libc.SetCapabilities(effective, permitted, inheritable);
        }
    }

    // Of a folder that does not exist yet, the one in which it will be made.
    private static bool MayUse(string path, int mode)
    {
        var existing = path;
        while (Libc.Access(Libc.CurrentDirectory, existing, 0, Libc.EffectiveAccess) != 0 && Marshal.GetLastPInvokeError() == NoEntry && Path.GetDirectoryName(existing) is { } above)
            existing = above;
        return Libc.Access(Libc.CurrentDirectory, existing, mode, Libc.EffectiveAccess) == 0;
    }

    // Who is in the group may give it the socket without a capability.
    private static void JoinGroup()
    {
        if (SocketFile.FindGroup() is not { } group)
            return;
        var count = Libc.Groups(0, null);
        var groups = stackalloc uint[Math.Max(count, 0) + 1];
        count = Math.Max(Libc.Groups(count, groups), 0);
        groups[count] = (uint)group;
        _ = Libc.SetGroups((nuint)count + 1, groups);
    }

    /// <summary>Returns only when the kernel refuses.</summary>
    private static void ExecuteAgain()
    {
        var given = File.ReadAllBytes("/proc/self/cmdline");
        var path = Environment.ProcessPath!;
        fixed (byte* text = given)
        {
            var starts = new List<int>();
            for (var start = 0; start < given.Length; start += given.AsSpan(start).IndexOf((byte)0) + 1)
                starts.Add(start);
            var arguments = (byte**)NativeMemory.AllocZeroed((nuint)starts.Count + 1, (nuint)sizeof(byte*));
            for (var i = 0; i < starts.Count; i++)
                arguments[i] = text + starts[i];
            RemoveDiagnosticsSocket();
            // As in the unit: mapping each page of generated code a second time takes 25 MB and half a second of the start.
            _ = Libc.SetEnvironment("DOTNET_EnableWriteXorExecute", "0", overwrite: 0);
            _ = Libc.Execute(path, arguments);
            NativeMemory.Free(arguments);
        }
    }

    // The runtime leaves it behind when it does not end by itself; the next one has another name or none.
    private static void RemoveDiagnosticsSocket()
    {
        foreach (var socket in Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-*-socket"))
            File.Delete(socket);
    }
}
