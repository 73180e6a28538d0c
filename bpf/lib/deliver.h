/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* deliver.h: the last steps to an endpoint of this node. */
#pragma once

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include "endpoint.h"
#include "outcome.h"

/* One hop less, as a router does. Minus a drop reason when none is left. An IPv4 header's own checksum makes up for the change; IPv6 has none,
 * so a sum that a network card took over the whole packet (summed) must be told. */
inline_always int deliver_age(struct __sk_buff *ctx, const struct packet *p, bool summed)
{
	void *data = ctx_data(ctx);
	void *end = ctx_data_end(ctx);

	if (config.ipv4 && p->family == FAMILY_IPV4) {
		struct iphdr *ip = data + ETH_HLEN;
		__u32 sum;

		if ((void *)(ip + 1) > end)
			return -DROP_INVALID;
		if (ip->ttl <= 1)
			return -DROP_TTL_EXCEEDED;
		sum = ip->check + bpf_htons(0x0100);
		ip->check = sum + (sum >= 0xffff);
		ip->ttl--;
	} else {
		struct ipv6hdr *ip = data + ETH_HLEN;

		if ((void *)(ip + 1) > end)
			return -DROP_INVALID;
		if (ip->hop_limit <= 1)
			return -DROP_TTL_EXCEEDED;
		if (summed) {
			__u8 hops = ip->hop_limit - 1;

			if (bpf_skb_store_bytes(ctx, ETH_HLEN + offsetof(struct ipv6hdr, hop_limit), &hops, sizeof(hops), BPF_F_RECOMPUTE_CSUM))
				return -DROP_INVALID;
		} else {
			ip->hop_limit--;
		}
	}
	return 0;
}

inline_always bool deliver_address_frame(struct __sk_buff *ctx, const struct endpoint *to)
{
	__u32 *frame = ctx_data(ctx);
	const __u32 *macs = (const __u32 *)to->mac;

	if ((void *)(frame + 4) > ctx_data_end(ctx))
		return false;
	frame[0] = macs[0];
	frame[1] = macs[1];
	frame[2] = macs[2];
	return true;
}

/* Hands a packet that passed to the endpoint p->destination_endpoint, past the host side of its device. Only at ingress; summed: see deliver_age. */
inline_always int deliver_to_endpoint(struct __sk_buff *ctx, struct packet *p, bool summed)
{
	struct endpoint *to = endpoint_get(p->destination_endpoint);
	int result;

	if (!to || !endpoint_has_address(to, &p->destination, p->family))
		return packet_drop(ctx, p, DROP_NOT_LOCAL);
	result = deliver_age(ctx, p, summed);
	if (result)
		return packet_drop(ctx, p, -result);
	if (!deliver_address_frame(ctx, to))
		return packet_drop(ctx, p, DROP_INVALID);
	metrics_count(ctx, DROP_NONE, INGRESS);
	outcome_leave(ctx, OUTCOME_TO_ENDPOINT, 0, p->destination_endpoint);
	return bpf_redirect_peer(to->ifindex, 0);
}
