namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>Settings of the section <c>kvstore:etcd</c>.</summary>
internal sealed record EtcdSettings
{
    /// <summary>Members of one cluster, all http or all https. The default is where etcd listens when it is told nothing.</summary>
    public IReadOnlyList<Uri> Endpoints { get; init; } = [new("http://127.0.0.1:2379")];

    /// <summary>PEM file of the authorities that may have signed the servers' certificates; null: those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of our certificate; null: none is shown.</summary>
    public string? CertFile { get; init; }

    /// <summary>PEM file of its key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>User of etcd; null: nobody logs in.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Read anew at each login; its trailing line end does not count.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>How long connecting to one member may take.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long one call may take, with all its attempts.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A connection on which something is awaited and nothing was heard for this long is asked whether it lives. etcd closes connections that ask more often than every 5 s.</summary>
    public TimeSpan KeepaliveTime { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>It is given up when it does not answer within this.</summary>
    public TimeSpan KeepaliveTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
