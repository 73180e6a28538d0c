/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack.h: state of every connection through this node. One entry serves both directions and both policies: the key is ordered,
 * lower address first, and what belongs to one end stands under its side. */
#pragma once

#include "clock.h"
#include "packet.h"
#include "policy.h"
#include "revision.h"

#define CT_MAX 65536			/* the loader sets another size */

enum ct_flags {
	CT_INITIATOR = 1,		/* side that sent the first packet */
	CT_CLOSING_0 = 2,		/* side 0 has sent FIN, or either side RST */
	CT_CLOSING_1 = 4,
	CT_CLOSED = CT_CLOSING_0 | CT_CLOSING_1,
	CT_ESTABLISHED = 8,		/* TCP: more than a SYN was seen */
};

struct ct_key4 {			/* mirrored by ConntrackKey4.cs */
	__u32 address[2];
	__be16 port[2];
	__u8 proto;
	__u8 pad;
	__u16 scope;			/* for service entries; 0 */
};

struct ct_key6 {			/* mirrored by ConntrackKey6.cs */
	struct address address[2];
	__be16 port[2];
	__u8 proto;
	__u8 pad;
	__u16 scope;
};

struct ct_side {			/* mirrored by ConntrackSide.cs */
	__u32 identity;
	__u32 cookie;			/* rule that lets this side send (initiator) or receive (responder); 0: not judged here */
	__u32 reported;			/* ticks of the last trace of this direction; for aggregation */
	__u16 endpoint;			/* where it is attached; 0: not on this node */
	__u8 seen;			/* TCP flags that it has sent */
	__u8 shape;			/* of the deciding policy entry */
};

struct ct_value {			/* mirrored by ConntrackValue.cs */
	__u64 unreported;		/* packets << 40 | bytes that the policy counters do not hold yet */
	__u32 expires;			/* ticks */
	__u32 verdict;			/* number of the judgement; see revision.h */
	__u32 refreshed;		/* ticks */
	__u16 flags;
	__be16 proxy_port;
	__u32 backend;
	__u16 reverse_translation;
	__u16 reserved;
	struct ct_side side[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CT_MAX);
	__type(key, struct ct_key4);
	__type(value, struct ct_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_ct4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CT_MAX);
	__type(key, struct ct_key6);
	__type(value, struct ct_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_ct6 SEC(".maps");

struct ct_transport {			/* the end of either key, from its ports on */
	__u32 ports;
	__u32 proto;			/* with pad and scope, which are 0 */
};

/* In whole words: the map reads the key in words, and a word that was just written in pieces is slow to read. */
inline_always void ct_set_transport(void *end_of_key, __u32 lower, __u32 higher, __u8 proto)
{
	struct ct_transport *transport = end_of_key;

	transport->ports = lower | higher << 16;
	transport->proto = proto;
}

/* Fills the key and says on which side of it the packet's source stands. */
inline_always __u32 ct_key4_of(const struct packet *p, struct ct_key4 *key)
{
	__u32 source = p->source.word[0], destination = p->destination.word[0];
	bool second = source > destination || (source == destination && p->sport > p->dport);

	key->address[0] = second ? destination : source;
	key->address[1] = second ? source : destination;
	ct_set_transport(key->port, second ? p->dport : p->sport, second ? p->sport : p->dport, p->proto);
	return second;
}

inline_always bool ct_source_is_second6(const struct packet *p)
{
#pragma unroll
	for (int i = 0; i < 4; i++) {
		if (p->source.word[i] != p->destination.word[i])
			return p->source.word[i] > p->destination.word[i];
	}
	return p->sport > p->dport;
}

inline_always __u32 ct_key6_of(const struct packet *p, struct ct_key6 *key)
{
	bool second = ct_source_is_second6(p);

	if (second) {
		key->address[0] = p->destination;
		key->address[1] = p->source;
	} else {
		key->address[0] = p->source;
		key->address[1] = p->destination;
	}
	ct_set_transport(key->port, second ? p->dport : p->sport, second ? p->sport : p->dport, p->proto);
	return second;
}

/* The entry of this packet's connection, or NULL; side: where the packet's source stands. */
inline_always struct ct_value *ct_find(const struct packet *p, __u32 *side)
{
	if (config.ipv4 && p->family == FAMILY_IPV4) {
		struct ct_key4 key;
		struct ct_value *value;

		*side = ct_key4_of(p, &key);
		value = bpf_map_lookup_elem(&cilium_ct4, &key);
		keep_apart(4);
		return value;
	}
	if (config.ipv6 && p->family == FAMILY_IPV6) {
		struct ct_key6 key;
		struct ct_value *value;

		*side = ct_key6_of(p, &key);
		value = bpf_map_lookup_elem(&cilium_ct6, &key);
		keep_apart(6);
		return value;
	}
	return NULL;
}

/* True when the packet belongs to the entry: it has not expired, and no new connection begins under the same ports. */
inline_always bool ct_belongs(const struct ct_value *entry, const struct packet *p, __u32 now)
{
	if (clock_passed(now, READ_ONCE(entry->expires)))
		return false;
	return (READ_ONCE(entry->flags) & CT_CLOSED) != CT_CLOSED || !packet_is_syn(p);
}

inline_always bool ct_side_holds(const struct ct_side *side, __u32 number)
{
	__u32 endpoint = READ_ONCE(side->endpoint);

	return !endpoint || policy_holds(endpoint, number);
}

/* True while nothing that the verdict depends on has changed since. */
inline_always bool ct_holds(const struct ct_value *entry)
{
	__u32 number = READ_ONCE(entry->verdict);

	return revision_holds_addresses(number) && ct_side_holds(&entry->side[0], number) && ct_side_holds(&entry->side[1], number);
}

inline_always __u32 ct_lifetime(__u8 proto, __u16 flags)
{
	if (proto != IPPROTO_TCP)
		return config.other_lifetime;
	if ((flags & CT_CLOSED) == CT_CLOSED)
		return config.close_lifetime;
	return flags & CT_ESTABLISHED ? config.tcp_lifetime : config.syn_lifetime;
}

/* Flags of the connection after this packet of that side. */
inline_always __u16 ct_advance(__u16 flags, const struct packet *p, __u32 side)
{
	if (p->proto != IPPROTO_TCP || p->kind & PACKET_LATER_FRAGMENT)
		return flags;
	if (!(p->tcp_flags & TCP_SYN))
		flags |= CT_ESTABLISHED;
	if (p->tcp_flags & TCP_FIN)
		flags |= side ? CT_CLOSING_1 : CT_CLOSING_0;
	if (p->tcp_flags & TCP_RST)
		flags |= CT_CLOSED;
	return flags;
}

/* Moves what is not counted yet to the counters of the policy entries that let the connection pass. */
slow_path int ct_report(struct ct_value *entry, const struct packet *p, __u32 side)
{
	__u32 initiator;
	__be16 port;
	__u64 amount, packets, bytes;

	if (!entry || !p)
		return 0;
	amount = __sync_lock_test_and_set(&entry->unreported, 0);
	if (!amount)
		return 0;
	packets = amount >> 40;
	bytes = amount & ((1ULL << 40) - 1);
	initiator = entry->flags & CT_INITIATOR;
	port = packet_policy_port(p->proto, (side & 1) == initiator ? p->dport : p->sport);
	if (initiator) {
		if (entry->side[1].endpoint)
			policy_count(entry->side[1].endpoint, entry->side[0].identity, port, p->proto, EGRESS, entry->side[1].shape, packets, bytes);
		if (entry->side[0].endpoint)
			policy_count(entry->side[0].endpoint, entry->side[1].identity, port, p->proto, INGRESS, entry->side[0].shape, packets, bytes);
	} else {
		if (entry->side[0].endpoint)
			policy_count(entry->side[0].endpoint, entry->side[1].identity, port, p->proto, EGRESS, entry->side[0].shape, packets, bytes);
		if (entry->side[1].endpoint)
			policy_count(entry->side[1].endpoint, entry->side[0].identity, port, p->proto, INGRESS, entry->side[1].shape, packets, bytes);
	}
	return 0;
}

/* The once-a-second part, and what a TCP flag not seen before brings. */
slow_path int ct_refresh(struct ct_value *entry, const struct packet *p, __u32 side)
{
	__u32 now = clock_ticks();
	__u16 flags;

	if (!entry || !p)
		return 0;
	flags = ct_advance(entry->flags, p, side);
	if (side)
		entry->side[1].seen |= p->tcp_flags;
	else
		entry->side[0].seen |= p->tcp_flags;
	entry->flags = flags;
	entry->expires = now + ct_lifetime(p->proto, flags);
	entry->refreshed = now;
	return ct_report(entry, p, side);
}

/* Counts a packet that passed. */
inline_always void ct_track(struct __sk_buff *ctx, struct ct_value *entry, const struct packet *p, __u32 side, __u32 now)
{
	__u8 seen = side ? entry->side[1].seen : entry->side[0].seen;

	__sync_fetch_and_add(&entry->unreported, (1ULL << 40) + ctx->len);
	if (unlikely(p->tcp_flags & ~seen || now - READ_ONCE(entry->refreshed) >= config.second))
		ct_refresh(entry, p, side);
}
