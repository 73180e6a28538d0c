/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* connection.h: may this packet pass? By its connection's verdict while that holds; otherwise it is judged, again or for the first time. */
#pragma once

#include "denial.h"
#include "judge.h"

#define CONNECTION_DENIED_AGAIN 1	/* counted and reported already */
#define CONNECTION_GONE 2		/* another connection has taken the entry's memory meanwhile */

inline_always void packet_take_verdict(struct packet *p, const struct verdict *v, bool from_initiator)
{
	const struct party *judged = v->direction == INGRESS ? &v->responder : &v->initiator;

	p->number = v->number;
	p->direction = v->direction;
	p->cookie = judged->endpoint ? judged->cookie : 0;
	if (from_initiator) {
		p->source_endpoint = v->initiator.endpoint;
		p->source_identity = v->initiator.identity;
		p->destination_endpoint = v->responder.endpoint;
		p->destination_identity = v->responder.identity;
		p->tunnel = v->responder.endpoint ? 0 : v->responder.cookie;
	} else {
		p->source_endpoint = v->responder.endpoint;
		p->source_identity = v->responder.identity;
		p->destination_endpoint = v->initiator.endpoint;
		p->destination_identity = v->initiator.identity;
		p->tunnel = v->initiator.endpoint ? 0 : v->initiator.cookie;
	}
}

inline_always void side_take_party(struct ct_side *side, const struct party *party)
{
	side->identity = party->identity;
	side->cookie = party->cookie;
	side->endpoint = party->endpoint;
	side->shape = party->shape;
}

inline_always __u8 trace_point_of(const struct packet *p)
{
	if (p->destination_endpoint)
		return TRACE_TO_ENDPOINT;
	if (p->tunnel)
		return TRACE_TO_OVERLAY;
	return p->destination_identity == IDENTITY_HOST ? TRACE_TO_HOST : TRACE_TO_STACK;
}

/* What is known of a connection after its first packet, which came from that side. */
inline_always void connection_begin(struct ct_value *value, const struct packet *p, const struct verdict *v, __u32 side)
{
	if (side) {
		side_take_party(&value->side[1], &v->initiator);
		side_take_party(&value->side[0], &v->responder);
		value->side[1].seen = ct_seen(p);
	} else {
		side_take_party(&value->side[0], &v->initiator);
		side_take_party(&value->side[1], &v->responder);
		value->side[0].seen = ct_seen(p);
	}
	value->flags = (side ? CT_INITIATOR : 0) | ct_advance(p, side);
	value->expires = clock_ticks() + ct_lifetime(p->proto, value->flags);
}

struct {				/* the value of a connection that begins, before it is stored; not on the stack, as in packet.h */
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ct_value);
} cilium_ct_new SEC(".maps");

/* A connection begins with this packet. */
inline_always int connection_create(struct __sk_buff *ctx, const struct packet *p, const struct verdict *v)
{
	__u32 zero = 0;
	struct ct_value *value = bpf_map_lookup_elem(&cilium_ct_new, &zero);
	union ct_key key;
	int error = -1;

	if (!value)
		return -DROP_CT_CREATE_FAILED;
	__builtin_memset(value, 0, sizeof(*value));
	value->unreported = (1ULL << 40) + ctx->len;
	value->verdict = v->number;
	value->proxy_port = v->proxy_port;
	if (config.ipv4 && p->family == FAMILY_IPV4) {
		connection_begin(value, p, v, ct_key4_of(p, &key.v4));
		error = ct_insert4(&key.v4, value);
	} else if (config.ipv6 && p->family == FAMILY_IPV6) {
		connection_begin(value, p, v, ct_key6_of(p, &key.v6));
		error = ct_insert6(&key.v6, value);
	}
	return error ? -DROP_CT_CREATE_FAILED : 0;
}

/* While connections move: the connection that has just begun, in the old container too. */
inline_always void connection_create_old(const struct packet *p)
{
	__u32 zero = 0;
	struct ct_value *value = bpf_map_lookup_elem(&cilium_ct_new, &zero);

	if (value)
		ct_old_insert(p, value);
}

/* The node that an end is on may change without a word about the verdict. */
inline_always bool side_is_judged_otherwise(const struct ct_side *side, const struct party *party)
{
	return side->identity != party->identity || (side->cookie != party->cookie && (side->endpoint || party->endpoint));
}

/* Stores a new judgement, unless somebody else is doing so or the entry is another connection's by now. The number goes last: until then nobody trusts it. */
inline_always bool connection_update(struct ct_value *entry, __u32 state, const struct verdict *v)
{
	bool second = entry->flags & CT_INITIATOR;
	struct ct_side *initiator = second ? &entry->side[1] : &entry->side[0];
	struct ct_side *responder = second ? &entry->side[0] : &entry->side[1];
	bool changed = side_is_judged_otherwise(initiator, &v->initiator) || side_is_judged_otherwise(responder, &v->responder);

	if (!ct_lock(entry, state))
		return false;
	WRITE_ONCE(entry->verdict, 0);
	side_take_party(initiator, &v->initiator);
	side_take_party(responder, &v->responder);
	entry->proxy_port = v->proxy_port;
	WRITE_ONCE(entry->verdict, v->number);
	ct_unlock(entry, state);
	return changed;
}

inline_always void flow_of_packet(struct flow *flow, const struct packet *p, bool from_initiator)
{
	if (from_initiator) {
		flow->initiator = p->source;
		flow->responder = p->destination;
		flow->port = packet_policy_port(p->proto, p->dport);
	} else {
		flow->initiator = p->destination;
		flow->responder = p->source;
		flow->port = packet_policy_port(p->proto, p->sport);
	}
	flow->family = p->family;
	flow->proto = p->proto;
}

inline_always void flow_seen_at(struct flow *flow, __u16 initiator, __u16 responder)
{
	flow->initiator_endpoint = initiator;
	flow->responder_endpoint = responder;
}

/* What an entry knows better of an initiator elsewhere than its address does. This node is known by the way its packets came. An endpoint of another
 * node that is so new that the ipcache knows its range only is known by what that node said (from_overlay.c). */
slow_path int flow_given_identity(const struct flow *flow, const struct ct_side *initiator)
{
	struct ipcache_value *value;
	__u32 tunnel;
	bool exact;

	if (!flow || !initiator || initiator->endpoint)
		return IDENTITY_UNKNOWN;
	if (initiator->identity == IDENTITY_HOST)
		return IDENTITY_HOST;
	tunnel = initiator->cookie;
	if (!tunnel)
		return IDENTITY_UNKNOWN;
	value = ipcache_find(&flow->initiator, flow->family, &exact);
	return value && !exact && READ_ONCE(value->tunnel) == tunnel ? initiator->identity : IDENTITY_UNKNOWN;
}

inline_always int packet_judge(const struct packet *p, struct verdict *verdict)
{
	struct flow flow = {};

	flow_of_packet(&flow, p, true);
	flow_seen_at(&flow, p->source_endpoint, p->destination_endpoint);
	flow.given_identity = p->given_identity;
	return flow_judge(&flow, verdict);
}

/* The first packet of a flow. */
slow_path int connection_judge_new(struct __sk_buff *ctx, struct packet *p, __u32 number)
{
	struct verdict verdict = { .number = number };
	int reason;

	if (!p)
		return -DROP_INVALID;
	reason = packet_judge(p, &verdict);
	packet_take_verdict(p, &verdict, true);
	if (reason)
		return -reason;
	/* Reports of allowed packets name the rule of the last policy asked. */
	if (p->kind & PACKET_ICMP_ERROR)
		return 0;
	reason = connection_create(ctx, p, &verdict);
	if (reason)
		return reason;
	if (config.trace)
		event_send(ctx, p, EVENT_TRACE, TRACE_NEW, trace_point_of(p));
	return 0;
}

/* A known connection whose verdict does not hold any more, in the direction in which it began. */
slow_path int connection_judge_again(struct __sk_buff *ctx, struct packet *p, struct ct_value *entry, __u32 side, __u32 number)
{
	struct verdict verdict = { .number = number };
	struct flow flow = {};
	bool from_initiator, changed;
	struct ct_side *initiator, *responder;
	__u32 flags;
	int reason;

	if (!p || !entry)
		return -DROP_INVALID;
	flags = READ_ONCE(entry->flags);
	from_initiator = (side & 1) == (flags & CT_INITIATOR);
	initiator = flags & CT_INITIATOR ? &entry->side[1] : &entry->side[0];
	responder = flags & CT_INITIATOR ? &entry->side[0] : &entry->side[1];
	flow_of_packet(&flow, p, from_initiator);
	flow_seen_at(&flow, initiator->endpoint, responder->endpoint);
	flow.given_identity = flow_given_identity(&flow, initiator);
	if (from_initiator && flow.given_identity != IDENTITY_HOST)
		flow.given_identity = p->given_identity;
	if (!ct_is_same(entry, p->entry_state))
		return CONNECTION_GONE;
	ct_report(entry, p, side);
	reason = flow_judge(&flow, &verdict);
	packet_take_verdict(p, &verdict, from_initiator);
	if (reason)
		return -reason;
	changed = connection_update(entry, p->entry_state, &verdict);
	if (ct_refresh(entry, p, side) && config.previous_container)
		ct_old_close(p);
	__sync_fetch_and_add(&entry->unreported, (1ULL << 40) + ctx->len);
	if (config.trace && changed)
		event_send(ctx, p, EVENT_TRACE, TRACE_VERDICT_CHANGED, trace_point_of(p));
	return 0;
}

/* Whatever has no verdict that holds; entry: what stands under the packet's key, or NULL. The packet then knows both its ends. */
inline_always int connection_judge(struct __sk_buff *ctx, struct packet *p, struct ct_value *entry, __u32 side)
{
	__u32 number = revision_now();
	int result = CONNECTION_GONE;

	if (entry && ct_belongs(entry, p, clock_ticks()))
		result = connection_judge_again(ctx, p, entry, side, number);
	else if (entry)
		ct_report(entry, p, side);	/* it will be overwritten */
	if (result == CONNECTION_GONE) {
		result = connection_judge_new(ctx, p, number);
		if (config.previous_container && !result && !(p->kind & PACKET_ICMP_ERROR))
			connection_create_old(p);
	}
	if (result == -DROP_POLICY || result == -DROP_NOT_READY)
		denial_remember(p, -result);
	return result;
}
