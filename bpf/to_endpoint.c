// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* to_endpoint: what reaches a workload through the node's stack. Egress of the host side of its device. */
#include "compiler.h"
#include "lib/packet_read.h"
#include "lib/deliver.h"
#include "lib/mark.h"
#include "lib/pass.h"

/* Addresses of this node and of its endpoints are believed only of packets that came from there; those behind the overlay, of none that came through the
 * stack: from_overlay.c checks and delivers them. */
inline_always bool source_is_plausible(struct __sk_buff *ctx, struct packet *p)
{
	struct ipcache_value *value;
	struct endpoint *source;
	bool exact;

	if (!ctx->ingress_ifindex || p->given_identity)
		return true;
	p->source_endpoint = endpoint_of_address(&p->source, p->family);
	if (!p->source_endpoint) {
		value = ipcache_find(&p->source, p->family, &exact);
		return !value || (READ_ONCE(value->identity) != IDENTITY_HOST && !READ_ONCE(value->tunnel));
	}
	source = endpoint_get(p->source_endpoint);
	return source && source->ifindex == ctx->ingress_ifindex;
}

SEC("tc")
int to_endpoint(struct __sk_buff *ctx)
{
	__u32 index = endpoint_of_device(ctx->ifindex);
	struct endpoint *self = endpoint_get(index);
	struct packet *p = packet_begin(PACKET_ITSELF);
	int result;

	if (!p)
		return TC_ACT_SHOT;
	p->direction = INGRESS;
	p->destination_endpoint = index;
	if (!self || self->ifindex != ctx->ifindex)
		return packet_drop(ctx, p, DROP_NOT_READY);
	p->destination_identity = (__u32)self->subject;
	if (!policy_word(READ_ONCE(self->subject)))
		return packet_drop(ctx, p, DROP_NOT_READY);
	p->given_identity = mark_identity(ctx->mark);

	result = packet_parse(ctx, p);
	if (!result && p->kind & (PACKET_NEIGHBOUR | PACKET_LISTENER))
		return outcome_consume(ctx);
	if (result)
		return packet_drop(ctx, p, -result);
	if (!endpoint_has_address(self, &p->destination, p->family))
		return packet_drop(ctx, p, DROP_NOT_LOCAL);
	if (!source_is_plausible(ctx, p))
		return packet_drop(ctx, p, DROP_INVALID_SOURCE_IP);

	result = connection_pass(ctx, p, 0);
	if (result == CONNECTION_DENIED_AGAIN)
		return TC_ACT_SHOT;
	if (result)
		return packet_drop(ctx, p, -result);
	metrics_count(ctx, DROP_NONE, INGRESS);
	outcome_leave(ctx, OUTCOME_TO_ENDPOINT, 0, index);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
