// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* from_endpoint: what a workload sends. Ingress of the host side of its device. */
#include "compiler.h"
#include "lib/packet_read.h"
#include "lib/deliver.h"
#include "lib/neighbour.h"
#include "lib/pass.h"
#include "lib/tunnel.h"

/* ARP and neighbour discovery end here. */
inline_always int neighbour_outcome(struct __sk_buff *ctx, struct packet *p, int result)
{
	if (result < 0)
		return packet_drop(ctx, p, -result);
	if (result == NEIGHBOUR_CONSUMED)
		return outcome_consume(ctx);
	outcome_leave(ctx, OUTCOME_ANSWERED, 0, p->source_endpoint);
	return bpf_redirect_peer(ctx->ifindex, 0);
}

inline_always bool sent_by(struct __sk_buff *ctx, const struct endpoint *self)
{
	struct ethhdr *eth = ctx_data(ctx);

	return (void *)(eth + 1) <= ctx_data_end(ctx) && mac_equals(eth->h_source, self->mac);
}

inline_always bool is_arp(struct __sk_buff *ctx)
{
	struct ethhdr *eth = ctx_data(ctx);

	return config.ipv4 && (void *)(eth + 1) <= ctx_data_end(ctx) && eth->h_proto == bpf_htons(ETH_P_ARP);
}

SEC("tc")
int from_endpoint(struct __sk_buff *ctx)
{
	__u32 index = endpoint_of_device(ctx->ifindex);
	struct endpoint *self = endpoint_get(index);
	struct packet *p = packet_begin(PACKET_ITSELF);
	int result;

	if (!p)
		return TC_ACT_SHOT;
	p->direction = EGRESS;
	p->source_endpoint = index;
	if (!self || self->ifindex != ctx->ifindex)
		return packet_drop(ctx, p, DROP_NOT_READY);
	p->source_identity = (__u32)self->subject;
	if (!policy_word(READ_ONCE(self->subject)))
		return packet_drop(ctx, p, DROP_NOT_READY);
	if (!sent_by(ctx, self))
		return packet_drop(ctx, p, DROP_INVALID_SOURCE_MAC);
	if (ctx->vlan_present)
		return packet_drop(ctx, p, DROP_UNSUPPORTED_L3);
	if (is_arp(ctx))
		return neighbour_outcome(ctx, p, arp_handle(ctx, self));

	result = packet_parse(ctx, p);
	if (!result && p->kind & PACKET_NEIGHBOUR)
		return neighbour_outcome(ctx, p, nd_handle(ctx, p, self));
	if (!result && p->kind & PACKET_LISTENER)
		return outcome_consume(ctx);
	if (p->family && !endpoint_has_address(self, &p->source, p->family))
		return packet_drop(ctx, p, DROP_INVALID_SOURCE_IP);
	if (result)
		return packet_drop(ctx, p, -result);
	if (address_is_unroutable(&p->destination, p->family))
		return packet_drop(ctx, p, DROP_UNKNOWN_L3_TARGET);

	result = connection_pass(ctx, p, index);
	if (result == CONNECTION_DENIED_AGAIN)
		return TC_ACT_SHOT;
	if (result)
		return packet_drop(ctx, p, -result);
	if (p->source_endpoint != index)	/* the address has moved to another endpoint */
		return packet_drop(ctx, p, DROP_INVALID_SOURCE_IP);
	if (!p->destination_endpoint)
		return p->tunnel ? tunnel_send(ctx, p) : outcome_pass(ctx, EGRESS);
	metrics_count(ctx, DROP_NONE, EGRESS);
	return deliver_to_endpoint(ctx, p, false);
}

char _license[] SEC("license") = "Dual BSD/GPL";
