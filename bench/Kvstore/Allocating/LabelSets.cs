using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Kvstore.Bench.Allocating;

/// <summary>Label sets that nobody has a number for, as pods have them, and the two keys that each costs the store.</summary>
internal sealed class LabelSets(IKvstore store, string node)
{
    /// <summary>As long as the folder of identities, and watched by nobody.</summary>
    private const string RawRoot = "cilium/state/identities/v0/";

    private readonly IdentityKeys _keys = IdentityKeys.Of(store);
    private int _count;

    public LabelSet[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    /// <summary>The same keys and values for the raw figure: number -> labels, labels and node -> number.</summary>
    public (string Key, byte[] Value)[][] NextRaw(int count) => [.. Next(count).Select(labels =>
    {
        var id = new NumericIdentity(NumericIdentity.FirstAllocated + (uint)_count);
        return (LabelSet: labels, Id: id);
    }).Select(pair => ((string, byte[])[])[(Raw(IdentityKeys.Number(pair.Id)), _keys.Value(pair.LabelSet)), (Raw(_keys.Use(pair.LabelSet, node)), IdentityKeys.Value(pair.Id))])];

    private LabelSet Next()
    {
        var number = ++_count;
        return LabelSet.Parse($"k8s:app=bench-{number}", $"k8s:io.kubernetes.pod.namespace=ns-{number % 100}", "k8s:io.cilium.k8s.policy.cluster=default", "k8s:io.cilium.k8s.policy.serviceaccount=default");
    }

    private static string Raw(string key) => RawRoot + key[IdentityKeys.Root.Length..];
}
