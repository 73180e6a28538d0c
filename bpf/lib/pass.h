/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* pass.h: the way of every packet through connection tracking and policy. */
#pragma once

#include "connection.h"
#include "icmp_error.h"
#include "packet_fragment.h"

/* True when the entry lets the packet pass; the packet then knows its ends. */
inline_always bool connection_holds(struct packet *p, const struct ct_value *entry, __u32 side, __u32 now)
{
	if (!entry || !ct_belongs(entry, p, now) || !ct_holds(entry))
		return false;
	if (side) {
		p->source_endpoint = entry->side[1].endpoint;
		p->source_identity = entry->side[1].identity;
		p->destination_endpoint = entry->side[0].endpoint;
		p->tunnel = entry->side[0].cookie;
	} else {
		p->source_endpoint = entry->side[0].endpoint;
		p->source_identity = entry->side[0].identity;
		p->destination_endpoint = entry->side[1].endpoint;
		p->tunnel = entry->side[1].cookie;
	}
	return ct_is_same(entry, p->entry_state);
}

/* Takes the connection over about which there was an error just now. True when it may be known now. */
inline_always bool packet_adopt_quoted(void)
{
	__u32 role = PACKET_QUOTED;
	struct packet *quoted = bpf_map_lookup_elem(&cilium_packet, &role);

	return quoted && ct_adopt(quoted) <= CT_ADOPTION_THERE;
}

/* May this packet pass? 0, CONNECTION_DENIED_AGAIN, or minus a drop reason. Inlined: this is the way of every established packet. */
inline_always int connection_pass(struct __sk_buff *ctx, struct packet *p, __u32 from_endpoint)
{
	__u32 now = clock_ticks();
	struct ct_value *entry;
	__u32 side = 0;
	int result;

	if (unlikely(p->kind & PACKET_ICMP_ERROR)) {
		result = icmp_error_judge(ctx, p, from_endpoint);
		if (config.previous_container && result == ICMP_ERROR_UNRELATED && packet_adopt_quoted())
			result = icmp_error_judge(ctx, p, from_endpoint);
		return result == ICMP_ERROR_UNRELATED ? connection_judge(ctx, p, NULL, 0) : result;
	}
	entry = ct_find(p, &side);
	if (connection_holds(p, entry, side, now)) {
		ct_track(ctx, entry, p, side, now);
		result = 0;
	} else {
		/* What is adopted may have been denied before its connection began. */
		if (config.previous_container && !entry && ct_adopt(p) <= CT_ADOPTION_THERE)
			entry = ct_find_adopted(p, &side);
		else if (denial_again(ctx, p, now))
			return CONNECTION_DENIED_AGAIN;
		result = connection_judge(ctx, p, entry, side);
	}
	if (!result && unlikely(p->kind & PACKET_FIRST_FRAGMENT))
		fragment_register(p);
	return result;
}
