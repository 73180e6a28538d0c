/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* icmp_error.h: an ICMP error belongs to the connection that it quotes, if it goes to whoever sent the quoted packet. It never creates,
 * refreshes or closes an entry. One that belongs to none is judged by policy like any ICMP packet. */
#pragma once

#include <linux/ipv6.h>
#include "connection.h"
#include "packet_ipv4.h"

#define ICMP_HEADER 8
#define ICMP_ERROR_UNRELATED 1

inline_always int icmp_error_quote_ipv4(struct __sk_buff *ctx, const struct packet *p, struct packet *quoted)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(ctx, p->l4_offset + ICMP_HEADER, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5)
		return -DROP_CT_INVALID_HEADER;
	quoted->source.word[0] = ip.saddr;
	quoted->destination.word[0] = ip.daddr;
	quoted->proto = ip.protocol;
	quoted->l4_offset = p->l4_offset + ICMP_HEADER + ip.ihl * 4;
	if (bpf_ntohs(ip.frag_off) & IP4_FRAGMENT_OFFSET)
		quoted->kind = PACKET_LATER_FRAGMENT;
	return 0;
}

/* A quoted packet with extension headers is not followed: the error is then judged by policy, as one that belongs to no connection. */
inline_always int icmp_error_quote_ipv6(struct __sk_buff *ctx, const struct packet *p, struct packet *quoted)
{
	struct ipv6hdr ip;

	if (bpf_skb_load_bytes(ctx, p->l4_offset + ICMP_HEADER, &ip, sizeof(ip)) || ip.version != 6)
		return -DROP_CT_INVALID_HEADER;
	__builtin_memcpy(&quoted->source, &ip.saddr, sizeof(quoted->source));
	__builtin_memcpy(&quoted->destination, &ip.daddr, sizeof(quoted->destination));
	quoted->proto = ip.nexthdr;
	quoted->l4_offset = p->l4_offset + ICMP_HEADER + sizeof(ip);
	return 0;
}

/* Reads the quoted packet, of which 8 bytes of L4 must be there. */
slow_path int icmp_error_quote(struct __sk_buff *ctx, const struct packet *p, struct packet *quoted)
{
	__u16 head[4];
	int result;

	if (!p || !quoted)
		return -DROP_INVALID;
	quoted->family = p->family;
	result = p->family == FAMILY_IPV4 ? icmp_error_quote_ipv4(ctx, p, quoted) : icmp_error_quote_ipv6(ctx, p, quoted);
	if (result)
		return result;
	if (bpf_skb_load_bytes(ctx, quoted->l4_offset, head, sizeof(head)))
		return -DROP_CT_INVALID_HEADER;
	if (quoted->proto == IPPROTO_TCP || quoted->proto == IPPROTO_UDP) {
		quoted->sport = head[0];
		quoted->dport = head[1];
		return 0;
	}
	quoted->icmp_type = bpf_ntohs(head[0]) >> 8;
	if (quoted->proto == IPPROTO_ICMP && quoted->family == FAMILY_IPV4)
		packet_classify_icmp4(quoted, head[2]);
	else if (quoted->proto == IPPROTO_ICMPV6 && quoted->family == FAMILY_IPV6)
		packet_classify_icmp6(quoted, head[2]);
	return 0;
}

/* An ICMP error; from_endpoint: sent by an endpoint of this node. 0 when it belongs to a connection that may pass,
 * ICMP_ERROR_UNRELATED, or minus a drop reason. */
slow_path int icmp_error_judge(struct __sk_buff *ctx, struct packet *p, __u32 from_endpoint)
{
	struct packet *quoted = packet_begin(PACKET_QUOTED);
	struct ct_value *entry;
	struct ct_side *asker;		/* gets the error */
	__u32 number = revision_now();
	__u32 side = 0;
	int result;

	if (!p || !quoted)
		return -DROP_INVALID;
	result = icmp_error_quote(ctx, p, quoted);
	if (result)
		return result;
	if (!address_equals(&quoted->source, &p->destination) || quoted->kind ||
	    (from_endpoint && !address_equals(&quoted->destination, &p->source)))
		return ICMP_ERROR_UNRELATED;
	entry = ct_find_seldom(quoted, &side);
	if (!entry || ct_is_expired(entry, clock_ticks()))
		return ICMP_ERROR_UNRELATED;
	if (!ct_holds_seldom(entry)) {
		struct verdict verdict = { .number = number };
		struct flow flow = {};
		bool from_initiator = side == (READ_ONCE(entry->flags) & CT_INITIATOR);
		struct ct_side *initiator = entry->flags & CT_INITIATOR ? &entry->side[1] : &entry->side[0];

		flow_of_packet(&flow, quoted, from_initiator);
		flow.given_identity = flow_given_identity(&flow, initiator);
		result = flow_judge(&flow, &verdict);
		packet_take_verdict(p, &verdict, !from_initiator);
		if (result)
			return -result;
	} else {
		asker = side ? &entry->side[1] : &entry->side[0];
		p->tunnel = asker->endpoint ? 0 : asker->cookie;
	}
	if (!ct_is_same(entry, quoted->entry_state))
		return ICMP_ERROR_UNRELATED;
	p->destination_endpoint = endpoint_of_address(&p->destination, p->family);
	return 0;
}
