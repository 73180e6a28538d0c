using System.Globalization;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>
/// Kernel settings that stay when the agent's own devices are gone: what each was before the first agent is kept in a file, so that a cleanup can set it back. The file lies
/// where a reboot removes it, as it does the settings.
/// </summary>
internal sealed class ChangedSysctls(string runDirectory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _file = Path.Combine(runDirectory, "changed-sysctls");

    /// <summary>Sets one, if the kernel has it, and keeps what it was unless that is kept already.</summary>
    public void Write(string name, int value)
    {
        if (Sysctl.Read(name) is not { } before || before == value)
            return;
        if (!Kept().Any(kept => kept.Name == name))
            Keep(name, before, value);
        Sysctl.WriteIfPresent(name, value);
    }

    /// <summary>Sets all of them back, the last one first; what somebody else has set since stays as it is.</summary>
    /// <returns>A line for each.</returns>
    public IEnumerable<string> Restore()
    {
        foreach (var (name, before, value) in Kept().Reverse())
        {
            if (Sysctl.Read(name) == value && Sysctl.WriteIfPresent(name, before))
                yield return string.Create(CultureInfo.InvariantCulture, $"setting net.{name.Replace('/', '.')}, which is {before} again");
        }

        File.Delete(_file);
    }

    private void Keep(string name, int before, int value)
    {
        using var file = new FileStream(_file, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        using var writer = new StreamWriter(file);
        // Begins a line, too: one that was not written whole takes none with it.
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"\n{name} {before} {value}\n"));
    }

    /// <summary>A line that was not written whole belongs to a setting that was not changed yet.</summary>
    private IReadOnlyList<(string Name, int Before, int Value)> Kept() => File.Exists(_file)
        ? [.. File.ReadLines(_file).Select(line => line.Split(' ')).Where(words => words is [_, _, _]).Select(words => (words[0], Number(words[1]), Number(words[2])))]
        : [];

    private static int Number(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
