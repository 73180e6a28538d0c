using Cilium.Framework.Rows;

namespace Cilium.Framework.Endpoints;

/// <summary>An endpoint with all that became of it.</summary>
/// <param name="Request">What the agent was told.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Message">Why it is not ready; empty when it is.</param>
/// <param name="Identity">Number of its labels; null while there is none.</param>
/// <param name="Policy">Its policy as realised; null while there is none.</param>
/// <param name="PolicyRevision">Revision of the rules that is in force for it.</param>
public sealed record EndpointStatusView(EndpointRequest Request, EndpointState State, string Message, NumericIdentity? Identity, PolicyRow? Policy, ulong PolicyRevision);
