namespace Cilium.Framework.Tables;

/// <summary>Names of desired tables that gates refer to.</summary>
internal static class TableNames
{
    public const string Policies = "policies";
}
