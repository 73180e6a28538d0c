using Cilium.Framework.Agent.Privileges;

namespace Cilium.Framework.Agent.Tests.Privileges;

/// <summary>The filter is run as the kernel runs it: installed, it would bind the test process for good.</summary>
public class SystemCallFilterTests
{
    private const uint X64 = 0xc000003e, Arm64 = 0xc00000b7;
    private const uint Allowed = 0x7fff0000, Refused = 0x00050001;

    // Classic BPF: the four instructions that the filter uses.
    private static uint Judge(uint number, uint architecture)
    {
        var (program, accumulator) = (SystemCallFilter.Program(), 0u);
        for (var at = 0; ; at++)
        {
            var instruction = program[at];
            switch (instruction.Code)
            {
                case 0x20: accumulator = instruction.Value == 0 ? number : architecture; break;
                case 0x15: at += accumulator == instruction.Value ? instruction.IfTrue : instruction.IfFalse; break;
                case 0x35: at += accumulator >= instruction.Value ? instruction.IfTrue : instruction.IfFalse; break;
                case 0x06: return instruction.Value;
                default: throw new InvalidOperationException($"instruction {instruction.Code:x}");
            }
        }
    }

    [Theory]
    [InlineData(165, "mount")]
    [InlineData(166, "umount2")]
    [InlineData(429, "move_mount")]
    [InlineData(432, "fsmount")]
    [InlineData(308, "setns")]
    [InlineData(272, "unshare")]
    [InlineData(101, "ptrace")]
    [InlineData(175, "init_module")]
    [InlineData(304, "open_by_handle_at")]
    public void A_running_agent_can_not(uint number, string call) => Assert.True(Judge(number, X64) == Refused, call);

    [Theory]
    [InlineData(0, "read")]
    [InlineData(41, "socket")]
    [InlineData(46, "sendmsg")]
    [InlineData(59, "execve")]
    [InlineData(321, "bpf")]
    [InlineData(435, "clone3")]
    [InlineData(450, "the newest")]
    public void A_running_agent_can(uint number, string call) => Assert.True(Judge(number, X64) == Allowed, call);

    [Fact]
    public void Calls_by_other_numbers_are_refused()
    {
        Assert.Equal(Refused, Judge(0, Arm64));
        Assert.Equal(Refused, Judge(0x40000000 | 165, X64));
    }
}
