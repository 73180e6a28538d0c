/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* packet_read.h: frame -> struct packet. */
#pragma once

#include "packet_ipv4.h"
#include "packet_ipv6.h"

#define PACKET_HEADERS (ETH_HLEN + sizeof(struct ipv6hdr) + sizeof(struct tcphdr))

/* Makes the headers readable by direct access; a driver may have left them in pages. */
inline_always void packet_pull(struct __sk_buff *ctx)
{
	__u32 linear = ctx_data_end(ctx) - ctx_data(ctx);

	if (unlikely(linear < PACKET_HEADERS && linear < ctx->len))
		bpf_skb_pull_data(ctx, ctx->len < PACKET_HEADERS ? ctx->len : PACKET_HEADERS);
}

/* Reads the packet. 0 or minus a drop reason; the addresses are filled whenever the family is. */
inline_always int packet_parse(struct __sk_buff *ctx, struct packet *p)
{
	void *data, *end;
	struct ethhdr *eth;

	packet_pull(ctx);
	data = ctx_data(ctx);
	end = ctx_data_end(ctx);
	eth = data;
	if ((void *)(eth + 1) > end)
		return -DROP_INVALID;
	if (config.ipv4 && eth->h_proto == bpf_htons(ETH_P_IP))
		return packet_read_ipv4(ctx, p, data, end);
	if (config.ipv6 && eth->h_proto == bpf_htons(ETH_P_IPV6))
		return packet_read_ipv6(ctx, p, data, end);
	return -DROP_UNSUPPORTED_L3;
}

/* Reads the addresses only: what goes to the stack may be anything. False: no IP packet that can be read. */
inline_always bool packet_read_addresses(struct __sk_buff *ctx, struct packet *p)
{
	struct ethhdr *eth;
	void *end;

	packet_pull(ctx);
	eth = ctx_data(ctx);
	end = ctx_data_end(ctx);
	if ((void *)(eth + 1) > end || ctx->vlan_present)
		return false;
	if (config.ipv4 && eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > end)
			return false;
		p->family = FAMILY_IPV4;
		p->source.word[0] = ip->saddr;
		p->destination.word[0] = ip->daddr;
		return true;
	}
	if (config.ipv6 && eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > end)
			return false;
		p->family = FAMILY_IPV6;
		__builtin_memcpy(&p->source, &ip->saddr, sizeof(p->source));
		__builtin_memcpy(&p->destination, &ip->daddr, sizeof(p->destination));
		return true;
	}
	return false;
}
