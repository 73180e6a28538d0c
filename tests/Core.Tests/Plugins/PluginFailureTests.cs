using System.Reflection;
using Cilium.Framework.Errors;
using Cilium.Framework.Plugins;

namespace Cilium.Framework.Core.Tests.Plugins;

public sealed class PluginFailureTests
{
    public static TheoryData<Exception, string> Failures => new()
    {
        { new MissingMethodException("Method not found: 'IPluginBuilder.AddProxy'."), "MissingMethodException: Method not found: 'IPluginBuilder.AddProxy'. It was built against other contracts or libraries than it finds here. Install a build for contracts 0.1." },
        { new TypeLoadException("No Foo"), "TypeLoadException: No Foo. It was built against other contracts or libraries than it finds here. Install a build for contracts 0.1." },
        { new DllNotFoundException("No libfoo.so."), "DllNotFoundException: No libfoo.so. Something that it needs is missing or does not fit. Reinstall the plugin, or install what is named." },
        { new FileNotFoundException("No Foo.dll.", "Foo.dll"), "FileNotFoundException: No Foo.dll. Something that it needs is missing or does not fit. Reinstall the plugin, or install what is named." },
        { new TargetInvocationException(new TypeInitializationException("Foo", new InvalidCastException("no\nfoo"))), "InvalidCastException: no foo. This is a defect of the plugin: take another version of it, or another one (routing.provider)." },
        { new CiliumException(ErrorKind.Denied, "The server refuses. Give it a user."), "The server refuses. Give it a user." },
        { new ConfigurationException([new("routing:x:one", "is 1. Accepted: 2."), new("routing:x:two", "is 2. Accepted: 1.")]), "routing.x.one: is 1. Accepted: 2. routing.x.two: is 2. Accepted: 1." },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void The_text_is_what_it_threw_and_what_to_do(Exception error, string expected) => Assert.Equal(expected, PluginFailure.Text(error, "routing"));
}
