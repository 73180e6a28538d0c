namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>Labs measure time and share the machine: one after the other.</summary>
[CollectionDefinition("lab", DisableParallelization = true)]
public class LabCollection;
