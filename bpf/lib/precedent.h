/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* precedent.h: how flows were judged a moment ago. A flow between the same addresses, to the same port, is judged alike while that verdict holds: by
 * its number, as the verdict of a connection does. So the second flow of two parties asks neither for addresses nor for policies. */
#pragma once

#include "conntrack.h"

#define PRECEDENT_BITS 9
#define PRECEDENT_SLOTS (1 << PRECEDENT_BITS)

struct flow {
	struct address initiator;
	struct address responder;
	__be16 port;			/* of the responder; 0 for ICMP */
	__u8 family;
	__u8 proto;
	__u32 given_identity;		/* of an initiator that is not an endpoint here; 0: its address decides */
	__u16 initiator_endpoint;	/* where each was found a moment ago, looked at first; 0: not known */
	__u16 responder_endpoint;
	__u32 pad;
};

struct party {
	__u32 identity;
	__u32 cookie;			/* as in ct_side */
	__u16 endpoint;
	__u8 shape;
	__u8 pad;
};

struct verdict {
	__u32 number;			/* see revision.h; read by the caller before anything else */
	__be16 proxy_port;
	__u8 direction;			/* that decided */
	__u8 pad;
	struct party initiator;
	struct party responder;
};

struct precedent {
	struct flow flow;
	struct verdict verdict;		/* number 0: empty */
	__u32 reason;
};

struct {				/* of each program: not pinned, so that nothing is left when one is replaced */
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PRECEDENT_SLOTS);
	__type(key, __u32);
	__type(value, struct precedent);
} cilium_precedent SEC(".maps");

inline_always struct precedent *precedent_slot(const struct flow *flow)
{
	__u64 hash = flow->initiator.word[0] + flow->initiator.word[3] + ((__u64)(flow->responder.word[0] + flow->responder.word[3]) << 32);
	__u32 index;

	hash ^= (__u64)flow->port << 16 ^ (__u64)flow->proto << 40 ^ flow->given_identity;
	index = hash * CT_HASH_FACTOR >> (64 - PRECEDENT_BITS);
	return bpf_map_lookup_elem(&cilium_precedent, &index);
}

/* Where the ends were seen counts too: two endpoints may have the same address for a moment. */
inline_always bool precedent_is_of(const struct precedent *precedent, const struct flow *flow)
{
	const struct flow *known = &precedent->flow;

	return known->port == flow->port && known->proto == flow->proto && known->family == flow->family &&
	       known->given_identity == flow->given_identity && known->initiator_endpoint == flow->initiator_endpoint &&
	       known->responder_endpoint == flow->responder_endpoint && address_equals(&known->initiator, &flow->initiator) &&
	       address_equals(&known->responder, &flow->responder);
}

inline_always bool precedent_decides(const struct precedent *precedent, const struct flow *flow)
{
	const struct verdict *verdict = &precedent->verdict;

	return verdict->number && precedent_is_of(precedent, flow) &&
	       (revision_is_latest(verdict->number) ||
		verdict_holds_still(verdict->number, verdict->initiator.endpoint, verdict->responder.endpoint));
}

inline_always void precedent_remember(struct precedent *precedent, const struct flow *flow, const struct verdict *verdict, __u32 reason)
{
	precedent->flow = *flow;
	precedent->verdict = *verdict;
	precedent->reason = reason;
}
