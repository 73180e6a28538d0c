using Cilium.Framework.Identities;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies.Rules;

/// <summary>Selects identities of the other side.</summary>
internal abstract record PeerSelector
{
    private PeerSelector()
    {
    }

    /// <summary>Selects every identity, known or not: a wildcard entry serves it.</summary>
    public virtual bool IsWildcard => false;

    /// <summary>Whether an identity is selected.</summary>
    public abstract bool Selects(IdentityRow identity);

    /// <summary>
    /// Endpoints by labels. The node, the world and prefixes are no endpoints: only a selector that asks for reserved labels selects them. A prefix carries
    /// <c>reserved:world</c> too: whether an address is of the world does not depend on whether some rule names a prefix around it.
    /// </summary>
    public sealed record Labels(LabelSelector Selector) : PeerSelector
    {
        private readonly bool _namesReserved = Selector.NamesReserved();

        public override bool Selects(IdentityRow identity) => IsEndpoint(identity.Id) && Selector.Matches(identity.Labels);

        public bool Equals(Labels? other) => other is not null && Selector.Equals(other.Selector);

        public override int GetHashCode() => Selector.GetHashCode();

        private bool IsEndpoint(NumericIdentity id) => _namesReserved || (!id.IsNodeLocal && id != NumericIdentity.World && id != NumericIdentity.Host);
    }

    /// <summary>Everything.</summary>
    public sealed record All : PeerSelector
    {
        public override bool IsWildcard => true;

        public override bool Selects(IdentityRow identity) => true;
    }

    /// <summary>Everything outside the cluster: the world, and every prefix that a rule names.</summary>
    public sealed record World : PeerSelector
    {
        public override bool Selects(IdentityRow identity) => identity.Id == NumericIdentity.World || identity.Id.IsNodeLocal;
    }

    /// <summary>Everything inside the cluster: the node, endpoints of whatever labels, what has no identity of its own.</summary>
    public sealed record Cluster : PeerSelector
    {
        public override bool Selects(IdentityRow identity) => identity.Id != NumericIdentity.World && !identity.Id.IsNodeLocal;
    }

    /// <summary>Endpoints whose labels are not known yet.</summary>
    public sealed record Init : PeerSelector
    {
        public override bool Selects(IdentityRow identity) => InitLabel.IsIn(identity.Labels);
    }

    /// <summary>A reserved identity.</summary>
    public sealed record Reserved(NumericIdentity Id) : PeerSelector
    {
        public override bool Selects(IdentityRow identity) => identity.Id == Id;
    }

    /// <summary>Prefixes inside one and outside others. Endpoints and the node have identities of their own, so it never selects them, whatever their addresses are.</summary>
    public sealed record Cidr(IpPrefix Prefix, IReadOnlyList<IpPrefix> Except) : PeerSelector
    {
        public override bool Selects(IdentityRow identity) =>
            identity.Id.IsNodeLocal && CidrLabels.TryGetPrefix(identity.Labels, out var prefix) && Prefix.Contains(prefix) && !Except.Any(except => except.Contains(prefix));

        public bool Equals(Cidr? other) => other is not null && Prefix == other.Prefix && Except.SequenceEqual(other.Except);

        public override int GetHashCode() => HashCode.Combine(Prefix, Except.Count);
    }
}
