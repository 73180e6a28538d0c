/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* packet_ipv6.h: IPv6, with extension headers and fragments on the slow path. */
#pragma once

#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include "packet_fragment.h"
#include "packet_l4.h"

#define IP6_MORE_FRAGMENTS 0x0001
#define IP6_FRAGMENT_OFFSET 0xfff8
#define IP6_EXTENSIONS_MAX 6

inline_always bool packet_is_extension(__u8 header)
{
	return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING || header == IPPROTO_FRAGMENT ||
	       header == IPPROTO_DSTOPTS || header == IPPROTO_AH;
}

/* Any IPv6 packet. As packet_parse_ipv4. */
slow_path int packet_parse_ipv6(struct __sk_buff *ctx, struct packet *p)
{
	struct ipv6hdr ip;
	__u32 available = ctx->len - ETH_HLEN;
	__u32 offset = sizeof(ip);
	__u32 total;

	if (!p || bpf_skb_load_bytes(ctx, ETH_HLEN, &ip, sizeof(ip)))
		return -DROP_INVALID;
	p->family = FAMILY_IPV6;
	__builtin_memcpy(&p->source, &ip.saddr, sizeof(p->source));
	__builtin_memcpy(&p->destination, &ip.daddr, sizeof(p->destination));
	p->proto = ip.nexthdr;
	total = sizeof(ip) + bpf_ntohs(ip.payload_len);
	if (!ip.payload_len && ctx->gso_size)
		total = available;
	if (ip.version != 6 || total > available)
		return -DROP_INVALID;
#pragma unroll
	for (int i = 0; i < IP6_EXTENSIONS_MAX; i++) {
		__u8 head[8];
		__u16 fragment;

		if (!packet_is_extension(p->proto))
			break;
		if (offset + sizeof(head) > total || bpf_skb_load_bytes(ctx, ETH_HLEN + offset, head, sizeof(head)))
			return -DROP_INVALID_EXTENSION_HEADER;
		if (p->proto == IPPROTO_FRAGMENT) {
			fragment = bpf_ntohs(*(__be16 *)&head[2]);
			p->fragment_id = *(__u32 *)&head[4];
			p->fragment_proto = head[0];
			if (fragment & IP6_FRAGMENT_OFFSET) {
				p->kind |= PACKET_LATER_FRAGMENT;
				offset += sizeof(head);
				break;
			}
			if (fragment & IP6_MORE_FRAGMENTS)
				p->kind |= PACKET_FIRST_FRAGMENT;
			offset += sizeof(head);
		} else {
			offset += p->proto == IPPROTO_AH ? (head[1] + 2) * 4 : (head[1] + 1) * 8;
		}
		p->proto = head[0];
	}
	p->l4_offset = ETH_HLEN + offset;
	if (p->kind & PACKET_LATER_FRAGMENT)
		return packet_recall_fragment(p);
	if (packet_is_extension(p->proto) || offset > total)
		return -DROP_INVALID_EXTENSION_HEADER;
	return packet_parse_l4(ctx, p, total - offset);
}

/* The common packet by direct access, any other by packet_parse_ipv6. */
inline_always int packet_read_ipv6(struct __sk_buff *ctx, struct packet *p, void *data, void *end)
{
	struct ipv6hdr *ip = data + ETH_HLEN;
	__u32 room;

	if ((void *)(ip + 1) <= end && *(__u8 *)ip >> 4 == 6) {
		room = bpf_ntohs(ip->payload_len);
		p->proto = ip->nexthdr;
		if (room + sizeof(*ip) <= ctx->len - ETH_HLEN && packet_read_ports(p, ip + 1, end, room)) {
			p->family = FAMILY_IPV6;
			__builtin_memcpy(&p->source, &ip->saddr, sizeof(p->source));
			__builtin_memcpy(&p->destination, &ip->daddr, sizeof(p->destination));
			p->l4_offset = ETH_HLEN + sizeof(*ip);
			return 0;
		}
	}
	return packet_parse_ipv6(ctx, p);
}
