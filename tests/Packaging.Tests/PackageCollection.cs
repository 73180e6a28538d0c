using Cilium.Framework.Packaging.Tests.Package;

namespace Cilium.Framework.Packaging.Tests;

/// <summary>Tests of packages, which are built once for all of them.</summary>
[CollectionDefinition("packages", DisableParallelization = true)]
public sealed class PackageCollection : ICollectionFixture<BuiltPackages>;
