namespace Cilium.Framework.Fuzz;

/// <summary>Damages inputs: a few changes each, of bytes, of runs of bytes, and of words that readers treat in a special way.</summary>
internal sealed class Mutator(int seed)
{
    private const int MostChanges = 6, LongestRun = 64, LongestInput = 64 * 1024;

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "null", "true", "{}", "[]", "[{}]", "{", "}", "[", "]", "\"", ":", ",", "\n", "\n---\n", "- ", "&a ", "*a", "!!binary ", "|\n", "~", "\\u0000", "\u00e9", "-1", "0", "65536", "4294967296", "1e999", "0x10", "010.1.1.1",
            "10.0.0.0/33", "::/129", "fd00::/64", "endpointSelector", "ingress", "egress", "fromEndpoints", "matchLabels", "matchExpressions", "toPorts", "port", "protocol", "fromCIDR", "fromEntities", "all", "reserved:host", "k8s:", "any:",
            "%00", "%2e%2e/", "container-id:", "ipv4:", "?all=true", "?label=",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0], [0xff], [0xff, 0xff], [0x7f], [0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0, 0, 0, 0], [0x86, 0xdd], [0x08, 0x00], [0x08, 0x06], [0x81, 0x00],
    ];

    private readonly Random _random = new(seed);

    public Random Random => _random;

    /// <summary>A damaged copy of one of the inputs; sometimes the input itself.</summary>
    public byte[] Next(IReadOnlyList<byte[]> inputs)
    {
        var made = new List<byte>(Pick(inputs));
        for (var changes = _random.Next(MostChanges + 1); changes > 0; changes--)
            Change(made, inputs);
        return made.Count <= LongestInput ? [.. made] : [.. made.Take(LongestInput)];
    }

    public T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    private void Change(List<byte> made, IReadOnlyList<byte[]> inputs)
    {
        var at = _random.Next(made.Count + 1);
        var run = Math.Min(_random.Next(1, LongestRun), made.Count - at);
        switch (_random.Next(8))
        {
            case 0 when at < made.Count:
                made[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < made.Count:
                made[at] = (byte)_random.Next(256);
                break;
            case 2:
                made.InsertRange(at, Pick(Words));
                break;
            case 3:
                var word = Pick(Words);
                made.RemoveRange(at, Math.Min(word.Length, made.Count - at));
                made.InsertRange(at, word);
                break;
            case 4:
                made.RemoveRange(at, run);
                break;
            case 5:
                made.InsertRange(at, Enumerable.Repeat(made.GetRange(at, run), _random.Next(1, 20)).SelectMany(bytes => bytes).ToArray());
                break;
            case 6:
                var other = Pick(inputs);
                var from = _random.Next(other.Length + 1);
                made.InsertRange(at, other.AsSpan(from, Math.Min(_random.Next(1, LongestRun), other.Length - from)).ToArray());
                break;
            default:
                made.RemoveRange(at, made.Count - at);
                break;
        }
    }
}
