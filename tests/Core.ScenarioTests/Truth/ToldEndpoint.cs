using System.Net;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>An endpoint as a scenario says it.</summary>
public sealed record ToldEndpoint(ushort Id, IPAddress Address, LabelSet Labels);
