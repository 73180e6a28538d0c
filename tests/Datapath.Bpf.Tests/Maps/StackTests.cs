using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Maps;

/// <summary>
/// Linux 6.1 counts the stack of a chain of calls in steps of 32 bytes, newer kernels in smaller ones: what loads here need not load there. So the chains are
/// counted here as 6.1 does, whatever constants rule out.
/// </summary>
public sealed partial class StackTests
{
    private const int Step = 32, Most = 512;

    public static TheoryData<string> Programs => [.. ProgramSet.Attached, ProgramSet.Insert, ProgramSet.Remove, ProgramSet.Collect, ProgramSet.Move];

    [Theory]
    [MemberData(nameof(Programs))]
    public void No_chain_of_calls_takes_more_stack_than_the_oldest_kernel_allows(string program)
    {
        Require.Tool("llvm-objdump-16");
        var functions = Read(Path.Combine(AppContext.BaseDirectory, "bpf", program + ".o"));

        var deepest = Chains(functions, [program]).MaxBy(chain => chain.Sum(name => functions[name].Bytes))!;

        var bytes = deepest.Sum(name => functions[name].Bytes);
        Assert.True(bytes <= Most, $"{string.Join(" -> ", deepest.Select(name => $"{name} ({functions[name].Bytes})"))} take {bytes} bytes of stack; at most {Most} are allowed.");
        Assert.InRange(bytes, Step, Most);
    }

    private static IEnumerable<string[]> Chains(Dictionary<string, (int Bytes, HashSet<string> Calls)> functions, string[] chain)
    {
        var further = functions[chain[^1]].Calls.SelectMany(call => Chains(functions, [.. chain, call])).ToList();
        return further.Count > 0 ? further : [chain];
    }

    private static Dictionary<string, (int Bytes, HashSet<string> Calls)> Read(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("llvm-objdump-16", ["-d", "-r", "--no-show-raw-insn", path]) { RedirectStandardOutput = true })!;
        var functions = new Dictionary<string, (int Bytes, HashSet<string> Calls)>();
        var (current, target) = ("", "");
        var byAddress = new Dictionary<string, string>();
        for (var line = process.StandardOutput.ReadLine(); line is not null; line = process.StandardOutput.ReadLine())
        {
            if (Head().Match(line) is { Success: true } head)
            {
                functions[current = head.Groups[2].Value] = (Step, []);
                byAddress.TryAdd(head.Groups[1].Value.TrimStart('0'), current);
            }
            else if (Target().Match(line) is { Success: true } near)
            {
                // Of a static function, counted in instructions from the section's beginning, less one.
                target = ((int.Parse(near.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture) + 1) * 8).ToString("x", CultureInfo.InvariantCulture);
            }
            else if (Call().Match(line) is { Success: true } call)
            {
                functions[current].Calls.Add(call.Groups[1].Value is ".text" ? byAddress.GetValueOrDefault(target, target) : call.Groups[1].Value);
            }
            else if (Place().Match(line) is { Success: true } place && int.Parse(place.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is <= Most and var offset)
            {
                functions[current] = functions[current] with { Bytes = Math.Max(functions[current].Bytes, (offset + Step - 1) / Step * Step) };
            }
        }

        process.WaitForExit();
        Assert.All(functions.Values, function => Assert.Subset(functions.Keys.ToHashSet(), function.Calls));
        return functions;
    }

    [GeneratedRegex(@"^([0-9a-f]+) <(?!LBB)(\w+)>:")]
    private static partial Regex Head();

    [GeneratedRegex(@"call 0x([0-9a-f]+)")]
    private static partial Regex Target();

    [GeneratedRegex(@"R_BPF_64_32\s+([.\w]+)")]
    private static partial Regex Call();

    // A place below the frame pointer, or the distance of one from it.
    [GeneratedRegex(@"(?:r10 - |r\d+ \+= -)0x([0-9a-f]+)")]
    private static partial Regex Place();
}
