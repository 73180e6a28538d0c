namespace Cilium.Framework.Packaging.Tests;

/// <summary>Tests that start agents, one after the other.</summary>
[CollectionDefinition("machine", DisableParallelization = true)]
public sealed class MachineCollection;
