using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Cilium.Framework.Conformance.Tests.Packages;

[Collection(nameof(Stranger))]
public sealed class PackageTests(Stranger stranger)
{
    private static readonly string Version = XDocument.Load(Path.Combine(Page.Repository, "eng/Common.props")).Descendants("Version").Single().Value;

    public static TheoryData<string> Packages => ["Cilium.Framework.Abstractions", "Cilium.Framework.Conformance"];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_says_what_it_is_and_under_which_licence(string id)
    {
        using var package = Open(id);
        using var text = package.GetEntry($"{id}.nuspec")!.Open();
        var about = XDocument.Load(text).Descendants().Where(element => !element.HasElements).ToLookup(element => element.Name.LocalName, element => element.Value);
        Assert.Equal([id], about["id"]);
        Assert.Equal([Version], about["version"]);
        Assert.Equal(["Apache-2.0"], about["license"]);
        Assert.Equal(["README.md"], about["readme"]);
        Assert.NotEmpty(about["description"].Single());
        Assert.StartsWith("# Writing a plugin", Read(package, "README.md"), StringComparison.Ordinal);
        Assert.Contains("Apache License", Read(package, "LICENSE"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_carries_documentation_and_symbols_with_their_sources(string id)
    {
        using var package = Open(id);
        Assert.Contains("<summary>", Read(package, $"lib/net10.0/{id}.xml"), StringComparison.Ordinal);
        using var image = Image(package, id);
        var symbols = image.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using var provider = image.ReadEmbeddedPortablePdbDebugDirectoryData(symbols);
        var reader = provider.GetMetadataReader();
        Assert.NotEmpty(reader.Documents);
        // No path of the machine that packed it.
        Assert.All(reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)), name => Assert.StartsWith("/_", name, StringComparison.Ordinal));
        var sources = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).Count(information => reader.GetGuid(information.Kind) == EmbeddedSource);
        Assert.Equal(reader.Documents.Count, sources);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_version_in_an_assembly_is_that_of_its_package_and_it_was_built_deterministically(string id)
    {
        using var package = Open(id);
        using var image = Image(package, id);
        Assert.Contains(image.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        var metadata = image.GetMetadataReader();
        var texts = metadata.GetAssemblyDefinition().GetCustomAttributes().Select(metadata.GetCustomAttribute)
            .Where(attribute => NameOf(metadata, attribute) == "AssemblyInformationalVersionAttribute")
            .Select(attribute => metadata.GetBlobReader(attribute.Value)).Select(value => value.ReadUInt16() == 1 ? value.ReadSerializedString() : null);
        Assert.Equal([Version], texts);
    }

    [Fact]
    public void The_contracts_bring_the_build_of_a_plugin_along()
    {
        using var package = Open("Cilium.Framework.Abstractions");
        foreach (var name in (string[])["build/Cilium.Framework.Abstractions.targets", "build/PluginManifest.proj"])
            Assert.Equal(File.ReadAllText(Path.Combine(Page.Repository, "src/Abstractions", name)), Read(package, name));
    }

    [Fact]
    public void The_kit_needs_the_contracts_of_its_own_version()
    {
        using var package = Open("Cilium.Framework.Conformance");
        using var text = package.GetEntry("Cilium.Framework.Conformance.nuspec")!.Open();
        var contracts = XDocument.Load(text).Descendants().Single(element => element.Name.LocalName == "dependency" && (string?)element.Attribute("id") == "Cilium.Framework.Abstractions");
        Assert.Equal(Version, (string?)contracts.Attribute("version"));
    }

    /// <summary>Portable PDB specification, Embedded Source.</summary>
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    private ZipArchive Open(string id) => ZipFile.OpenRead(Path.Combine(stranger.Packages, $"{id}.{Version}.nupkg"));

    private static PEReader Image(ZipArchive package, string id)
    {
        var bytes = new MemoryStream();
        using (var stream = package.GetEntry($"lib/net10.0/{id}.dll")!.Open())
            stream.CopyTo(bytes);
        bytes.Position = 0;
        return new PEReader(bytes);
    }

    private static string Read(ZipArchive package, string name)
    {
        using var reader = new StreamReader(package.GetEntry(name)?.Open() ?? throw new FileNotFoundException($"{name} is not in the package: {string.Join(", ", package.Entries.Select(entry => entry.FullName))}"));
        return reader.ReadToEnd();
    }

    private static string NameOf(MetadataReader metadata, CustomAttribute attribute) => attribute.Constructor.Kind == HandleKind.MemberReference
        ? metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent).Name)
        : "";
}
