using Cilium.Framework.Client.Models;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Agent.Policies;

/// <summary>Changes and shows the rules.</summary>
internal interface IPolicyService
{
    /// <summary>Adds the rules of a document.</summary>
    /// <exception cref="RefusedException">The document is wrong; carries every problem. Nothing was imported.</exception>
    Policy Import(string document);

    /// <summary>Rules that carry all labels.</summary>
    /// <param name="labels">Empty: all rules.</param>
    /// <exception cref="RefusedException">No rule carries them.</exception>
    Policy Get(LabelSet labels);

    /// <summary>Deletes rules that carry all labels.</summary>
    /// <param name="labels">Empty: all rules.</param>
    /// <exception cref="RefusedException">No rule carries them.</exception>
    Policy Delete(LabelSet labels);
}
