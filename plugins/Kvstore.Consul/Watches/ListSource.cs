using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Http;
using Cilium.Framework.Kvstore.Consul.Model;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Kvstore.Consul.Watches;

/// <summary>Lists of one prefix, one after the other, each when something may have changed. Outages are waited out.</summary>
internal sealed partial class ListSource(ConsulHttp http, Reader reader, Pulse pulse, TimeProvider time, ILogger logger, string prefix)
{
    /// <summary>How long a server holds a question that nothing changes for. It answers with the whole list then.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(100), MostPause = TimeSpan.FromSeconds(2);

    private CancellationToken _beat;
    private ulong _index;
    private TimeSpan _pause = LeastPause;

    /// <summary>Null: the store was closed.</summary>
    public async Task<(KvPair[] Pairs, ulong Index)?> NextAsync(CancellationToken cancellationToken)
    {
        while (!http.Closed.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var address = http.Address;
            // Whatever happened while nobody read: an index of servers that began anew would be waited for in vain.
            if (_beat.IsCancellationRequested)
                _index = 0;
            _beat = pulse.Beat;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _beat);
            try
            {
                var list = _index == 0 ? await reader.ListAsync(prefix, either.Token) : await reader.WaitAsync(prefix, _index, Wait, either.Token);
                // An index that went back counts something else: the next question is not held.
                _index = list.Index < _index ? 0 : Math.Max(list.Index, 1);
                if (_pause > LeastPause)
                    LogBack(prefix, http.Address);
                _pause = LeastPause;
                return list;
            }
            catch (OperationCanceledException) when (_beat.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                _index = 0;
            }
            catch (CiliumException error) when (!http.Closed.IsCancellationRequested)
            {
                if (_pause == LeastPause)
                    LogOutage(prefix, error.Message);
                _index = 0;
                http.Leave(address);
                await PauseAsync(cancellationToken);
            }
            catch (CiliumException)
            {
                return null;
            }
        }

        return null;
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, http.Closed);
        await Task.Delay(_pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pause = _pause * 2 < MostPause ? _pause * 2 : MostPause;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch of \"{Prefix}\" is interrupted and will go on: {Reason}")]
    private partial void LogOutage(string prefix, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The watch of \"{Prefix}\" goes on at {Address}.")]
    private partial void LogBack(string prefix, Uri address);
}
