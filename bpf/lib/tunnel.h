/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* tunnel.h: packets to and from other nodes, wrapped by a device in collect-metadata mode: each packet says itself to which node it goes and, in the
 * number of the network (VNI), whose it is. */
#pragma once

#include <linux/if_ether.h>
#include "ipcache.h"
#include "mark.h"
#include "outcome.h"

#define TUNNEL_MAX 65536

struct tunnel {				/* mirrored by TunnelValue.cs; a node, under the number that ipcache_value.tunnel says */
	__be32 ipv4;			/* one of the two addresses; 0: the other. Both 0: no such node */
	__u32 flags;			/* none yet */
	struct address ipv6;
};

struct overlay {			/* mirrored by OverlayValue.cs */
	__u32 ifindex;			/* device that wraps; 0: none */
	__u32 mtu;			/* bytes per packet before it is wrapped, without its Ethernet header */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TUNNEL_MAX);
	__type(key, __u32);
	__type(value, struct tunnel);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_tunnel SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct overlay);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_overlay SEC(".maps");

inline_always struct overlay *overlay_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&cilium_overlay, &zero);
}

inline_always struct tunnel *tunnel_get(__u32 index)
{
	return bpf_map_lookup_elem(&cilium_tunnel, &index);
}

/* What an identity is on another node; IDENTITY_UNKNOWN: nothing. */
inline_always __u32 tunnel_identity(__u32 identity)
{
	if (identity == IDENTITY_HOST)
		return IDENTITY_REMOTE_NODE;
	return identity < IDENTITY_FIRST_LOCAL ? identity : IDENTITY_UNKNOWN;
}

/* Hands the packet to the overlay device, whatever its length: to the node p->tunnel, as p->source_identity. */
slow_path int tunnel_wrap(struct __sk_buff *ctx, const struct packet *p)
{
	struct overlay *overlay = overlay_get();
	struct bpf_tunnel_key key = {};
	struct tunnel *to;
	__u32 ifindex;
	__u64 flags;

	if (!p)
		return TC_ACT_SHOT;
	key.tunnel_id = tunnel_identity(p->source_identity);
	if (!key.tunnel_id)
		return packet_drop(ctx, p, DROP_INVALID_IDENTITY);
	to = tunnel_get(p->tunnel);
	ifindex = overlay ? READ_ONCE(overlay->ifindex) : 0;
	if (!ifindex || !to || (!to->ipv4 && address_is_unspecified(&to->ipv6)))
		return packet_drop(ctx, p, DROP_NO_TUNNEL_ENDPOINT);
	if (to->ipv4) {
		key.remote_ipv4 = bpf_ntohl(to->ipv4);
		flags = BPF_F_ZERO_CSUM_TX;
	} else {
		__builtin_memcpy(key.remote_ipv6, &to->ipv6, sizeof(key.remote_ipv6));
		flags = BPF_F_TUNINFO_IPV6;
	}
	if (bpf_skb_set_tunnel_key(ctx, &key, sizeof(key), flags))
		return packet_drop(ctx, p, DROP_WRITE_ERROR);
	metrics_count(ctx, DROP_NONE, EGRESS);
	outcome_leave(ctx, OUTCOME_TO_OVERLAY, 0, 0);
	return bpf_redirect(ifindex, 0);
}

/* Bytes of the longest packet that comes of this one when the device has cut it, without the Ethernet header. */
inline_always __u32 tunnel_length(struct __sk_buff *ctx, const struct packet *p)
{
	__u32 header = sizeof(struct udphdr);
	__u8 words = 0;

	if (!ctx->gso_size)
		return ctx->len - ETH_HLEN;
	if (p->proto == IPPROTO_TCP) {
		bpf_skb_load_bytes(ctx, p->l4_offset + 12, &words, sizeof(words));
		header = (words >> 4) * 4;
	}
	return p->l4_offset - ETH_HLEN + header + ctx->gso_size;
}

/* Sends an endpoint's packet to the node p->tunnel. One that is too long goes by way of the stack, which knows from its route what is too long: it sends
 * fragments, which from_host wraps by the identity in their mark, or tells the sender. */
slow_path int tunnel_send(struct __sk_buff *ctx, const struct packet *p)
{
	struct overlay *overlay = overlay_get();
	__u32 identity;

	if (!p)
		return TC_ACT_SHOT;
	identity = p->source_identity;
	if (!overlay || !READ_ONCE(overlay->ifindex) || tunnel_length(ctx, p) <= READ_ONCE(overlay->mtu))
		return tunnel_wrap(ctx, p);
	if (!tunnel_identity(identity))
		return packet_drop(ctx, p, DROP_INVALID_IDENTITY);
	ctx->mark = mark_of_identity(identity);
	return outcome_pass(ctx, EGRESS);
}
