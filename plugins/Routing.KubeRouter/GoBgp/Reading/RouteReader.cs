using System.Net;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Dialects;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;
using Cilium.Framework.Rows;
using Google.Protobuf;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;

/// <summary>Reads routes: lists have them as on the wire, watches as typed messages.</summary>
internal sealed class RouteReader(IGoBgpDialect dialect, GoBgpFailures failures)
{
    /// <summary>Longest part of damaged bytes that an error shows.</summary>
    private const int MostOfBytes = 24;

    /// <returns>Null: of a family that is not used.</returns>
    /// <exception cref="CiliumException">It cannot be read.</exception>
    public BgpRoute? Read(RouteMessage message, bool isBest)
    {
        if (ReadPrefix(message) is not { } prefix)
            return null;
        var attributes = ReadAttributes(message);
        var neighbour = Neighbour(message.Neighbour);
        return new(
            prefix,
            attributes.NextHop ?? throw Unreadable($"a route to {prefix}", "it has no next hop"),
            neighbour,
            attributes.AsPath ?? "",
            attributes.Origin ?? BgpOrigin.Incomplete,
            isBest,
            NeighbourReader.Time(message.Since))
        {
            // The mark travels with the route to other nodes.
            IsOurs = attributes.HasMark && neighbour is null,
        };
    }

    /// <returns>Null: of a family that is not used.</returns>
    /// <exception cref="CiliumException">It cannot be read.</exception>
    public IpPrefix? ReadPrefix(RouteMessage message)
    {
        if (BgpFamily.Of(message.Family) is not { } family)
            return null;
        if (!message.NlriBinary.IsEmpty)
            return NlriCodec.TryDecode(message.NlriBinary.Span, family, out var prefix) ? prefix : throw Unreadable("a prefix", Hex(message.NlriBinary));
        return Parsed(() => dialect.ReadPrefix(message.Nlri), "a prefix", message.Nlri) is { } typed && typed.Family == family
            ? typed
            : throw Unreadable("a prefix", Hex(message.Nlri));
    }

    private PathAttributes ReadAttributes(RouteMessage message)
    {
        if (message.AttributesBinary.Count == 0)
            return Parsed(() => dialect.ReadAttributes(message.Attributes), "the attributes of a route", message.Attributes.FirstOrDefault() ?? ByteString.Empty);
        var known = default(PathAttributes);
        foreach (var attribute in message.AttributesBinary)
        {
            if (!AttributeCodec.TryDecode(attribute.Span, ref known))
                throw Unreadable("an attribute of a route", Hex(attribute));
        }

        return known;
    }

    // The speaker's own have none, or the address that stands for none.
    private static IPAddress? Neighbour(string text) =>
        TypedValues.Address(text) is { } address && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) ? address : null;

    private T Parsed<T>(Func<T> parse, string what, ByteString bytes)
    {
        try
        {
            return parse();
        }
        catch (InvalidProtocolBufferException)
        {
            throw Unreadable(what, Hex(bytes));
        }
    }

    private CiliumException Unreadable(string what, string why) => failures.Of(ErrorKind.Internal, $"{what} cannot be read", why);

    private static string Hex(ByteString bytes) => bytes.Length <= MostOfBytes
        ? $"bytes {Convert.ToHexString(bytes.Span)}"
        : $"bytes {Convert.ToHexString(bytes.Span[..MostOfBytes])}... ({bytes.Length} bytes)";
}
