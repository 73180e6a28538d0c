namespace Cilium.Framework.Datapath.Suite;

/// <summary>Here they are devices of the kernel.</summary>
[Trait("Needs", "Root")]
public abstract partial class TwoEndpoints;
