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
