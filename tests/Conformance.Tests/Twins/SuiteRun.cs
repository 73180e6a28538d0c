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
            var suite = create();
            try
            {
                await suite.InitializeAsync();
                if (test.Invoke(suite, null) is Task running)
                    await running;
            }
            catch (Exception thrown)
            {
                var error = thrown is TargetInvocationException { InnerException: { } inner } ? inner : thrown;
                if (!error.Message.StartsWith(SkipMark, StringComparison.Ordinal))
                    failures[test.Name] = error is BrokenPromiseException ? error.Message : $"not in the words of the kit: {error}";
            }
            finally
            {
                await suite.DisposeAsync();
            }
        }

        return failures;
    }

    /// <summary>One test fails, and its text says so; the kit never fails a backend in other words than its own.</summary>
    public static async Task FailsAsync(Func<IAsyncLifetime> create, string test, params string[] texts)
    {
        var failures = await FailuresAsync(create);
        Assert.True(failures.TryGetValue(test, out var text), $"{test} passes. Failed: {string.Join(", ", failures.Keys)}");
        Assert.All(texts, expected => Assert.Contains(expected, text, StringComparison.Ordinal));
        Assert.All(failures.Values, failure => Assert.StartsWith("Promise: ", failure, StringComparison.Ordinal));
    }

    private static IEnumerable<MethodInfo> TestsOf(Type suite) =>
        suite.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.GetCustomAttribute<FactAttribute>() is not null);
}
