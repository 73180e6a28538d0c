namespace Cilium.Framework.Agent.Hosting;

/// <summary>In which network namespace of which boot an agent ran: its devices are there, and only there can they be removed.</summary>
/// <param name="Namespace">As the kernel names it, such as <c>net:[4026531840]</c>.</param>
/// <param name="Boot">Number of the boot: namespaces do not outlive it.</param>
internal sealed record NodeMark(string Namespace, string Boot)
{
    private const string Start = "# network-namespace ";

    /// <summary>A comment of the file of effective settings.</summary>
    public string Line => $"{Start}{Namespace} boot {Boot}";

    /// <summary>Of this process.</summary>
    public static NodeMark Here() => new(LinkOf("/proc/self/ns/net") ?? "", File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());

    /// <summary>The mark in a file; null when there is no such file, or an agent without marks wrote it.</summary>
    public static NodeMark? Read(string? file)
    {
        if (file is null || !File.Exists(file))
            return null;
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(Start, StringComparison.Ordinal));
        return line?[Start.Length..].Split(' ') is [var name, "boot", var boot] ? new(name, boot) : null;
    }

    /// <summary>A path through which this namespace can be entered; null when no process and no mount holds it, so that it is gone with its devices.</summary>
    public string? FindPath() => Mounted(File.ReadLines("/proc/self/mountinfo")) ?? Directory.EnumerateDirectories("/proc")
        .Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit)).Select(folder => $"{folder}/ns/net").FirstOrDefault(path => LinkOf(path) == Namespace);

    /// <summary>Fields of mountinfo(5): the root of the mount, then where it is mounted.</summary>
    internal string? Mounted(IEnumerable<string> mounts) => mounts.Select(line => line.Split(' ')).FirstOrDefault(fields => fields.Length > 4 && fields[3] == Namespace)?[4];

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process ended, or is another user's.
            return null;
        }
    }
}
