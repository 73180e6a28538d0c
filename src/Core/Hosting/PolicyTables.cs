namespace Cilium.Framework;

/// <summary>Names of desired tables that gates refer to.</summary>
internal static class PolicyTables
{
    public const string Policies = "policies";
}
