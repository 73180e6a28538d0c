// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* from_overlay: what other nodes send through the overlay. Ingress of its device. Packets for endpoints of this node are judged and delivered, those
 * for the node itself are the stack's; there is nothing else to be had here. */
#include "compiler.h"
#include <linux/if_packet.h>
#include "lib/packet_read.h"
#include "lib/deliver.h"
#include "lib/pass.h"
#include "lib/tunnel.h"

struct outer {
	__u32 identity;			/* the network's number */
	__be32 ipv4;			/* of the node that sent it; 0: the other */
	struct address ipv6;
};

inline_always bool outer_read(struct __sk_buff *ctx, struct outer *outer)
{
	struct bpf_tunnel_key key;

	if (!bpf_skb_get_tunnel_key(ctx, &key, sizeof(key), 0)) {
		outer->ipv4 = bpf_htonl(key.remote_ipv4);
	} else if (!bpf_skb_get_tunnel_key(ctx, &key, sizeof(key), BPF_F_TUNINFO_IPV6)) {
		outer->ipv4 = 0;
		__builtin_memcpy(&outer->ipv6, key.remote_ipv6, sizeof(outer->ipv6));
	} else {
		return false;
	}
	outer->identity = key.tunnel_id;
	return true;
}

/* True when the node sent it that has the address from which it comes. */
inline_always bool outer_is(const struct outer *outer, __u32 index)
{
	struct tunnel *node = index ? tunnel_get(index) : NULL;

	if (!node)
		return false;
	if (outer->ipv4)
		return node->ipv4 == outer->ipv4;
	return !node->ipv4 && !address_is_unspecified(&node->ipv6) && address_equals(&node->ipv6, &outer->ipv6);
}

/* Who sent it? 0, or minus a drop reason. What the ipcache says of an address is what its node must say; an address of which it knows only the range is
 * a new endpoint's, never a node's or anything else that is reserved. */
slow_path int outer_judge(struct __sk_buff *ctx, struct packet *p)
{
	struct ipcache_value *source;
	struct outer outer = {};
	bool exact;

	if (!p)
		return -DROP_INVALID;
	if (!outer_read(ctx, &outer))
		return -DROP_NO_TUNNEL_KEY;
	source = ipcache_find(&p->source, p->family, &exact);
	p->source_identity = source ? READ_ONCE(source->identity) : IDENTITY_WORLD;
	p->source_endpoint = endpoint_of_address(&p->source, p->family);
	if (p->source_endpoint || !source || p->source_identity == IDENTITY_HOST || !outer_is(&outer, READ_ONCE(source->tunnel)))
		return -DROP_INVALID_SOURCE_IP;
	if (exact ? outer.identity != p->source_identity : outer.identity < IDENTITY_FIRST_ALLOCATED)
		return -DROP_INVALID_IDENTITY;
	p->source_identity = outer.identity;
	p->given_identity = outer.identity;
	return 0;
}

SEC("tc")
int from_overlay(struct __sk_buff *ctx)
{
	struct packet *p = packet_begin(PACKET_ITSELF);
	int result;

	if (!p)
		return TC_ACT_SHOT;
	p->direction = INGRESS;
	if (!packet_read_addresses(ctx, p))
		return packet_drop(ctx, p, DROP_UNSUPPORTED_L3);
	result = outer_judge(ctx, p);
	if (result)
		return packet_drop(ctx, p, -result);
	/* The frame has addresses of the other node's devices. */
	bpf_skb_change_type(ctx, PACKET_HOST);
	p->destination_endpoint = endpoint_of_address(&p->destination, p->family);
	if (!p->destination_endpoint) {
		if (ipcache_identity(&p->destination, p->family) != IDENTITY_HOST)
			return packet_drop(ctx, p, DROP_NOT_LOCAL);
		return outcome_pass(ctx, INGRESS);
	}

	result = packet_parse(ctx, p);
	if (!result && p->kind & (PACKET_NEIGHBOUR | PACKET_LISTENER))
		return outcome_consume(ctx);
	if (result)
		return packet_drop(ctx, p, -result);
	result = connection_pass(ctx, p, 0);
	if (result == CONNECTION_DENIED_AGAIN)
		return TC_ACT_SHOT;
	if (result)
		return packet_drop(ctx, p, -result);
	return deliver_to_endpoint(ctx, p, true);
}

char _license[] SEC("license") = "Dual BSD/GPL";
