/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* judge.h: may this flow begin? Who is at either end, and what do the policies of those ends that live here say. */
#pragma once

#include "conntrack.h"
#include "ipcache.h"

struct flow {
	struct address initiator;
	struct address responder;
	__be16 port;			/* of the responder; 0 for ICMP */
	__u8 family;
	__u8 proto;
	__u32 given_identity;		/* of an initiator that is not an endpoint here; 0: its address decides */
	__u16 initiator_endpoint;	/* where each was found a moment ago, looked at first; 0: not known */
	__u16 responder_endpoint;
};

struct party {
	__u32 identity;
	__u32 cookie;
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

/* The endpoint that has this address: the one where it was last seen, if it is still there. */
inline_always __u32 party_locate(const struct address *address, __u8 family, __u32 last_seen)
{
	struct endpoint *endpoint = last_seen ? endpoint_get(last_seen) : NULL;

	return endpoint && endpoint_has_address(endpoint, address, family) ? last_seen : endpoint_of_address(address, family);
}

inline_always void party_resolve(struct party *party, const struct address *address, __u8 family, __u32 last_seen, __u64 *subject)
{
	__u32 index = party_locate(address, family, last_seen);
	struct endpoint *endpoint = index ? endpoint_get(index) : NULL;

	*subject = 0;
	if (endpoint && READ_ONCE(endpoint->ifindex)) {
		*subject = READ_ONCE(endpoint->subject);
		party->endpoint = index;
		party->identity = (__u32)*subject;
		return;
	}
	party->endpoint = 0;
	party->identity = ipcache_identity(address, family);
}

inline_always int party_allows(struct party *party, __u64 subject, __u32 remote, const struct flow *flow, __u8 direction, struct verdict *verdict)
{
	struct policy_match match = {};
	__u64 word = policy_word(subject);

	verdict->direction = direction;
	if (!word)
		return DROP_NOT_READY;
	if (!policy_allows(word, remote, flow->port, flow->proto, direction, &match))
		return DROP_POLICY;
	party->cookie = match.cookie;
	party->shape = match.shape;
	if (match.proxy_port)
		verdict->proxy_port = match.proxy_port;
	return DROP_NONE;
}

/* Judges a flow by what holds now. 0, or the reason to drop it; the verdict says who is at the ends either way. */
slow_path int flow_judge(const struct flow *flow, struct verdict *verdict)
{
	__u64 initiator, responder;
	int reason = DROP_NONE;

	if (!flow || !verdict)
		return DROP_INVALID;
	party_resolve(&verdict->initiator, &flow->initiator, flow->family, flow->initiator_endpoint, &initiator);
	if (!verdict->initiator.endpoint && flow->given_identity)
		verdict->initiator.identity = flow->given_identity;
	party_resolve(&verdict->responder, &flow->responder, flow->family, flow->responder_endpoint, &responder);
	verdict->direction = EGRESS;
	if (verdict->initiator.endpoint)
		reason = party_allows(&verdict->initiator, initiator, verdict->responder.identity, flow, EGRESS, verdict);
	if (!reason && verdict->responder.endpoint)
		reason = party_allows(&verdict->responder, responder, verdict->initiator.identity, flow, INGRESS, verdict);
	return reason;
}
