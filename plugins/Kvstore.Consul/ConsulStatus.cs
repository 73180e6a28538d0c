using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Http;
using Cilium.Framework.Kvstore.Consul.Model;

namespace Cilium.Framework.Kvstore.Consul;

/// <summary>How the servers are doing, in words.</summary>
internal sealed class ConsulStatus(ConsulHttp http)
{
    public async Task<KvstoreStatus> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A consistent read of the leader: what it answers is how reads and writes fare.
            var read = await http.ReadAsync($"/v1/kv/{PrivateKeys.Nothing}?consistent", cancellationToken);
            var leader = (await http.ReadAsync("/v1/status/leader", cancellationToken)).Body;
            var peers = (await http.ReadAsync("/v1/status/peers", cancellationToken)).Read(ConsulJson.Default.StringArray);
            var version = await VersionAsync(cancellationToken);
            return new(true, $"consul: {FailureText.Of(read.Address)} - {version}, leader {System.Text.Encoding.UTF8.GetString(leader).Trim('"', '\n')}, {peers.Length} {(peers.Length == 1 ? "peer" : "peers")}");
        }
        catch (OperationCanceledException)
        {
            return new(false, $"consul: {FailureText.Of(http.Address)} - the question for its status was given up");
        }
        catch (CiliumException error)
        {
            return new(false, error.Message.Replace("kvstore consul: ", "consul: ", StringComparison.Ordinal));
        }
    }

    private async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await http.ReadAsync("/v1/agent/self", cancellationToken)).Read(ConsulJson.Default.AgentSelf).Config.Version;
        }
        catch (CiliumException error) when (error.Kind == ErrorKind.Denied)
        {
            return "version hidden (the token has no agent read)";
        }
    }
}
