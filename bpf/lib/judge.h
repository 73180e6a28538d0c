/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* judge.h: may this flow begin? Who is at either end, and what do the policies of those ends that live here say. */
#pragma once

#include "ipcache.h"
#include "precedent.h"

/* The endpoint that has this address: the one where it was last seen, if it is still there. */
inline_always __u32 party_locate(const struct address *address, __u8 family, __u32 last_seen)
{
	struct endpoint *endpoint = last_seen ? endpoint_get(last_seen) : NULL;

	return endpoint && endpoint_has_address(endpoint, address, family) ? last_seen : endpoint_of_address(address, family);
}

/* True when the ipcache says of this address alone who is there, on another node: then nobody else needs to say it. */
inline_always bool party_resolve(struct party *party, const struct address *address, __u8 family, __u32 last_seen, __u64 *subject)
{
	__u32 index = party_locate(address, family, last_seen);
	struct endpoint *endpoint = index ? endpoint_get(index) : NULL;
	struct ipcache_value *value;
	bool exact;

	*subject = 0;
	if (endpoint && READ_ONCE(endpoint->ifindex)) {
		*subject = READ_ONCE(endpoint->subject);
		party->endpoint = index;
		party->identity = (__u32)*subject;
		return false;
	}
	value = ipcache_find(address, family, &exact);
	party->endpoint = 0;
	party->identity = value ? READ_ONCE(value->identity) : IDENTITY_WORLD;
	party->cookie = value ? READ_ONCE(value->tunnel) : 0;
	return exact && party->cookie;
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

/* Judges a flow by what addresses and policies say now. */
slow_path int flow_judge_anew(const struct flow *flow, struct verdict *verdict)
{
	__u64 initiator, responder;
	int reason = DROP_NONE;
	bool known;

	if (!flow || !verdict)
		return DROP_INVALID;
	known = party_resolve(&verdict->initiator, &flow->initiator, flow->family, flow->initiator_endpoint, &initiator);
	if (!verdict->initiator.endpoint && flow->given_identity && !known)
		verdict->initiator.identity = flow->given_identity;
	party_resolve(&verdict->responder, &flow->responder, flow->family, flow->responder_endpoint, &responder);
	verdict->direction = EGRESS;
	if (verdict->initiator.endpoint)
		reason = party_allows(&verdict->initiator, initiator, verdict->responder.identity, flow, EGRESS, verdict);
	if (!reason && verdict->responder.endpoint)
		reason = party_allows(&verdict->responder, responder, verdict->initiator.identity, flow, INGRESS, verdict);
	return reason;
}

/* Judges a flow as one like it was judged a moment ago, while that holds, or anew. 0, or the reason to drop it; the verdict says who is at the ends
 * either way, and which number it has. */
slow_path int flow_judge(const struct flow *flow, struct verdict *verdict)
{
	struct precedent *precedent;
	int reason;

	if (!flow || !verdict)
		return DROP_INVALID;
	precedent = precedent_slot(flow);
	if (precedent && precedent_decides(precedent, flow)) {
		*verdict = precedent->verdict;
		return precedent->reason;
	}
	reason = flow_judge_anew(flow, verdict);
	if (precedent && (reason == DROP_NONE || reason == DROP_POLICY))
		precedent_remember(precedent, flow, verdict, reason);
	return reason;
}
