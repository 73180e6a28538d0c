namespace Cilium.Framework.Testing;

/// <summary>Takes away what a test made.</summary>
internal static class CleanUp
{
    /// <summary>Runs every step, also when one before it failed; then throws what the first failure was, or all of them together.</summary>
    public static void All(params IEnumerable<Action> steps)
    {
        var failures = new List<Exception>();
        foreach (var step in steps)
        {
            try
            {
                step();
            }
            catch (Exception exception)
            {
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
            throw new AggregateException("The clean-up of the test failed.", failures);
    }
}
