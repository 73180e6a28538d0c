using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Etcd.Calls;

/// <summary>Which servers are accepted.</summary>
internal static class EtcdVersion
{
    /// <summary>The oldest that the tests run against; older ones lack fragments of watches and progress reports.</summary>
    public static readonly Version Least = new(3, 4);

    /// <exception cref="CiliumException">It is too old, or says nothing that can be read.</exception>
    public static string Accept(string found)
    {
        // Such as 3.6.0-rc.1 or 3.5.0+git.
        if (Version.TryParse(found.Split('-', '+')[0], out var version) && version >= Least)
            return found;
        throw new CiliumException(ErrorKind.Unsupported, $"the server is etcd \"{Excerpt.Of(found)}\". Accepted: {Least} or newer. Upgrade it");
    }
}
