using System.Reflection;
using Cilium.Framework.Conformance.Checking;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>Runs a suite over a broken backend, test by test, without xunit: which tests fail, and with what text.</summary>
internal static class SuiteRun
{
    private const string SkipMark = "$XunitDynamicSkip$";

    /// <summary>Text of each test that failed, by the test's name.</summary>
    /// <param name="create">Makes the suite anew for each test.</param>
    public static async Task<IReadOnlyDictionary<string, string>> FailuresAsync(Func<IAsyncLifetime> create)
    {
        var failures = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var test in TestsOf(create().GetType()))
        {
            if (await FailureAsync(create(), test) is { } text)
                failures[test.Name] = text;
        }

        return failures;
    }

    /// <summary>Runs this test alone, for suites of which some tests wait for seconds: it fails in the kit's words, and its text says so.</summary>
    public static async Task FailsAloneAsync(Func<IAsyncLifetime> create, string test, params string[] texts)
    {
        var suite = create();
        var text = await FailureAsync(suite, TestsOf(suite.GetType()).Single(method => method.Name == test));
        Assert.True(text is not null, $"{test} passes.");
        Assert.StartsWith("Promise: ", text, StringComparison.Ordinal);
        Assert.All(texts, expected => Assert.Contains(expected, text, StringComparison.Ordinal));
    }

    /// <summary>One test fails, and its text says so; the kit never fails a backend in other words than its own.</summary>
    public static async Task FailsAsync(Func<IAsyncLifetime> create, string test, params string[] texts)
    {
        var failures = await FailuresAsync(create);
        Assert.True(failures.TryGetValue(test, out var text), $"{test} passes. Failed: {string.Join(", ", failures.Keys)}");
        Assert.All(texts, expected => Assert.Contains(expected, text, StringComparison.Ordinal));
        Assert.All(failures.Values, failure => Assert.StartsWith("Promise: ", failure, StringComparison.Ordinal));
    }

    /// <summary>Text of the failure; null when the test passes or does not apply.</summary>
    private static async Task<string?> FailureAsync(IAsyncLifetime suite, MethodInfo test)
    {
        try
        {
            await suite.InitializeAsync();
            if (test.Invoke(suite, null) is Task running)
                await running;
            return null;
        }
        catch (Exception thrown)
        {
            var error = thrown is TargetInvocationException { InnerException: { } inner } ? inner : thrown;
            if (error.Message.StartsWith(SkipMark, StringComparison.Ordinal))
                return null;
            return error is BrokenPromiseException ? error.Message : $"not in the words of the kit: {error}";
        }
        finally
        {
            await suite.DisposeAsync();
        }
    }

    private static IEnumerable<MethodInfo> TestsOf(Type suite) =>
        suite.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.GetCustomAttribute<FactAttribute>() is not null);
}
