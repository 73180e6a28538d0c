/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* packet_ipv4.h: IPv4, with options and fragments on the slow path. */
#pragma once

#include <linux/if_ether.h>
#include <linux/ip.h>
#include "packet_fragment.h"
#include "packet_l4.h"

#define IP4_MORE_FRAGMENTS 0x2000
#define IP4_FRAGMENT_OFFSET 0x1fff

/* Any IPv4 packet. 0 or minus a drop reason; the addresses are filled whenever the family is. */
slow_path int packet_parse_ipv4(struct __sk_buff *ctx, struct packet *p)
{
	struct iphdr ip;
	__u32 available = ctx->len - ETH_HLEN;
	__u32 header, total;
	__u16 fragment;

	if (!p || bpf_skb_load_bytes(ctx, ETH_HLEN, &ip, sizeof(ip)))
		return -DROP_INVALID;
	p->family = FAMILY_IPV4;
	p->source.word[0] = ip.saddr;
	p->destination.word[0] = ip.daddr;
	p->proto = ip.protocol;
	header = ip.ihl * 4;
	total = bpf_ntohs(ip.tot_len);
	if (!total && ctx->gso_size)
		total = available;	/* larger than the field can say */
	if (ip.version != 4 || header < sizeof(ip) || total < header || total > available)
		return -DROP_INVALID;
	p->l4_offset = ETH_HLEN + header;
	fragment = bpf_ntohs(ip.frag_off);
	if (fragment & (IP4_FRAGMENT_OFFSET | IP4_MORE_FRAGMENTS)) {
		p->fragment_id = ip.id;
		p->fragment_proto = ip.protocol;
		if (fragment & IP4_FRAGMENT_OFFSET) {
			p->kind |= PACKET_LATER_FRAGMENT;
			return packet_recall_fragment(p);
		}
		p->kind |= PACKET_FIRST_FRAGMENT;
	}
	return packet_parse_l4(ctx, p, total - header);
}

/* The common packet by direct access, any other by packet_parse_ipv4. */
inline_always int packet_read_ipv4(struct __sk_buff *ctx, struct packet *p, void *data, void *end)
{
	struct iphdr *ip = data + ETH_HLEN;
	__u32 total;

	if ((void *)(ip + 1) <= end && *(__u8 *)ip == 0x45 && !(ip->frag_off & bpf_htons(IP4_FRAGMENT_OFFSET | IP4_MORE_FRAGMENTS))) {
		total = bpf_ntohs(ip->tot_len);
		p->proto = ip->protocol;
		if (total >= sizeof(*ip) && total <= ctx->len - ETH_HLEN && packet_read_ports(p, ip + 1, end, total - sizeof(*ip))) {
			p->family = FAMILY_IPV4;
			p->source.word[0] = ip->saddr;
			p->destination.word[0] = ip->daddr;
			p->l4_offset = ETH_HLEN + sizeof(*ip);
			return 0;
		}
	}
	return packet_parse_ipv4(ctx, p);
}
