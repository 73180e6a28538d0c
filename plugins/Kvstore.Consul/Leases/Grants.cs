using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Http;
using Cilium.Framework.Kvstore.Consul.Model;

namespace Cilium.Framework.Kvstore.Consul.Leases;

/// <summary>Creates sessions and reads them back: Consul ignores what it does not understand of a request.</summary>
internal sealed class Grants(ConsulHttp http, TimeProvider time)
{
    private const string Behavior = "delete";

    /// <param name="timeToLive">Within the limits.</param>
    public async Task<ConsulLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(timeToLive.TotalSeconds):0}s");
        var request = new SessionRequest($"cilium-framework {Environment.MachineName}", seconds, Behavior, "0s", []);
        var started = time.GetTimestamp();
        var created = await http.WriteAsync("/v1/session/create", JsonSerializer.SerializeToUtf8Bytes(request, ConsulJson.Default.SessionRequest), cancellationToken);
        var id = created.Read(ConsulJson.Default.SessionCreated).Id;
        var read = await http.ReadAsync($"/v1/session/info/{id}?consistent", cancellationToken);
        var session = read.Read(ConsulJson.Default.SessionInfoArray).FirstOrDefault();
        if (session is not { Behavior: Behavior, LockDelay: 0, NodeChecks: null or [] } || session.TimeToLive != seconds)
        {
            await http.WriteAsync($"/v1/session/destroy/{id}", [], cancellationToken);
            throw new CiliumException(
                ErrorKind.Unsupported,
                $"kvstore consul: {FailureText.Of(read.Address)} made session {id} with TTL \"{session?.TimeToLive}\", behavior \"{session?.Behavior}\", lock delay {session?.LockDelay} ns, {session?.NodeChecks?.Length} checks instead of {seconds}, {Behavior}, 0, 0. Use Consul 1.8 or newer without a proxy that changes requests.");
        }

        var lease = new ConsulLease(http, id, TimeSpan.FromSeconds(Math.Ceiling(timeToLive.TotalSeconds)), time);
        lease.Start(started);
        return lease;
    }
}
