/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* packet_l4.h: the header behind IP. Plain TCP and UDP by direct access, anything by a copy. */
#pragma once

#include <linux/tcp.h>
#include <linux/udp.h>
#include "packet.h"
#include "packet_icmp.h"

/* Reads the L4 header at p->l4_offset, which has room bytes. */
inline_always int packet_parse_l4(struct __sk_buff *ctx, struct packet *p, __u32 room)
{
	if (p->proto == IPPROTO_TCP) {
		__u8 tcp[20];

		if (room < sizeof(tcp) || bpf_skb_load_bytes(ctx, p->l4_offset, tcp, sizeof(tcp)) || tcp[12] >> 4 < 5)
			return -DROP_CT_INVALID_HEADER;
		p->sport = *(__be16 *)&tcp[0];
		p->dport = *(__be16 *)&tcp[2];
		p->tcp_flags = tcp[13];
		return 0;
	}
	if (p->proto == IPPROTO_UDP || (p->proto == IPPROTO_ICMP && p->family == FAMILY_IPV4) ||
	    (p->proto == IPPROTO_ICMPV6 && p->family == FAMILY_IPV6)) {
		__u16 head[4];

		if (room < sizeof(head) || bpf_skb_load_bytes(ctx, p->l4_offset, head, sizeof(head)))
			return -DROP_CT_INVALID_HEADER;
		if (p->proto == IPPROTO_UDP) {
			p->sport = head[0];
			p->dport = head[1];
			return 0;
		}
		p->icmp_type = bpf_ntohs(head[0]) >> 8;
		p->icmp_code = bpf_ntohs(head[0]) & 0xff;
		return p->family == FAMILY_IPV4 ? packet_classify_icmp4(p, head[2]) : packet_classify_icmp6(p, head[2]);
	}
	return -DROP_CT_UNKNOWN_PROTO;
}

/* The same by direct access, TCP and UDP only. False: it is something else, or lies beyond what can be read directly. */
inline_always bool packet_read_ports(struct packet *p, void *l4, void *end, __u32 room)
{
	if (p->proto == IPPROTO_TCP) {
		struct tcphdr *tcp = l4;

		if (l4 + sizeof(*tcp) > end || room < sizeof(*tcp) || tcp->doff < 5)
			return false;
		p->sport = tcp->source;
		p->dport = tcp->dest;
		p->tcp_flags = ((__u8 *)l4)[13];
		return true;
	}
	if (p->proto == IPPROTO_UDP) {
		struct udphdr *udp = l4;

		if (l4 + sizeof(*udp) > end || room < sizeof(*udp))
			return false;
		p->sport = udp->source;
		p->dport = udp->dest;
		return true;
	}
	return false;
}
