namespace Cilium.Framework.Conformance.Checking;

/// <summary>xunit knows an assertion that failed by an interface of this name, whosever it is.</summary>
internal interface IAssertionException;
