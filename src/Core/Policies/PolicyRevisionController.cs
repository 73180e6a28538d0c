using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Policies;

/// <summary>policies -> policy-revisions: a realised policy reflects the last revision that was computed; at once when that revision changed nothing for it.</summary>
/// <param name="computed">Revision of the rules that the rows of <paramref name="policies"/> reflect.</param>
/// <param name="policies">Policies with their status.</param>
/// <param name="revisions">Written here only.</param>
internal sealed class PolicyRevisionController(Func<ulong> computed, DesiredTable<PolicyId, PolicyRow> policies, IWriteTable<PolicyId, PolicyRevisionRow> revisions) : IController
{
    /// <inheritdoc />
    public void Compute()
    {
        // Asked before looking: rows that are Done then hold at least this revision.
        var revision = computed();
        revisions.ReplaceAll(policies.Rows.Snapshot
            .Where(row => !row.IsDeleting)
            .Select(row => row.IsDone ? new PolicyRevisionRow(row.Row.Id, revision) : revisions[row.Row.Id])
            .OfType<PolicyRevisionRow>());
    }
}
