namespace Cilium.Framework.Endpoints;

/// <summary>Cilium's names of the states.</summary>
public static class EndpointStateText
{
    /// <summary>As the API and the command line show it.</summary>
    public static string Text(this EndpointState state) => state switch
    {
        EndpointState.WaitingForIdentity => "waiting-for-identity",
        EndpointState.WaitingToRegenerate => "waiting-to-regenerate",
        EndpointState.Regenerating => "regenerating",
        EndpointState.Restoring => "restoring",
        EndpointState.Ready => "ready",
        EndpointState.NotReady => "not-ready",
        _ => "disconnecting",
    };
}
