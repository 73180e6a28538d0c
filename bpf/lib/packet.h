/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* packet.h: what the datapath reads of a packet, once. Plain TCP and UDP by direct access; everything else on the slow path. */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "address.h"
#include "config.h"
#include "drop_reasons.h"
#include "fragment.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* IANA numbers; linux/icmp.h would pull in the C library. */
enum icmp4_type {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_ECHO = 8,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAMETER_PROBLEM = 12,
};

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_LISTENER_QUERY = 130,
	ICMP6_LISTENER_REPORT = 131,
	ICMP6_LISTENER_DONE = 132,
	ICMP6_ROUTER_SOLICITATION = 133,
	ICMP6_ROUTER_ADVERTISEMENT = 134,
	ICMP6_NEIGHBOUR_SOLICITATION = 135,
	ICMP6_NEIGHBOUR_ADVERTISEMENT = 136,
	ICMP6_REDIRECT = 137,
	ICMP6_LISTENER_REPORT_2 = 143,
};

#define IP4_MORE_FRAGMENTS 0x2000
#define IP4_FRAGMENT_OFFSET 0x1fff
#define IP6_MORE_FRAGMENTS 0x0001
#define IP6_FRAGMENT_OFFSET 0xfff8
#define IP6_EXTENSIONS_MAX 6

enum packet_kind {
	PACKET_ICMP_ERROR = 1,
	PACKET_FIRST_FRAGMENT = 2,
	PACKET_LATER_FRAGMENT = 4,
	PACKET_NEIGHBOUR = 8,		/* IPv6 router and neighbour discovery */
	PACKET_LISTENER = 16,		/* IPv6 multicast listener */
};

struct packet {
	struct address source;
	struct address destination;
	__be16 sport;			/* echo: the identifier stands on the asker's side, the other is 0 */
	__be16 dport;
	__u8 family;			/* 0 until the addresses are known */
	__u8 proto;
	__u8 tcp_flags;
	__u8 kind;
	__u16 l4_offset;		/* from the start of the frame */
	__u8 icmp_type;
	__u8 icmp_code;
	__u32 fragment_id;
	__u8 fragment_proto;
	__u8 direction;			/* whose policy decided, for reports */
	__u16 pad;
	__u32 given_identity;		/* of the source, left by the program before; 0: the address decides */
	__u32 source_identity;
	__u32 destination_identity;
	__u16 source_endpoint;		/* 0: not of this node */
	__u16 destination_endpoint;
	__u32 cookie;			/* rule that decided */
	__u32 repeated;			/* drops like this one that were not reported */
};

inline_always bool packet_is_syn(const struct packet *p)
{
	return (p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

/* The port that a policy judges: none for ICMP. */
inline_always __be16 packet_policy_port(__u8 proto, __be16 port)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ? port : 0;
}

inline_always void packet_fragment_key(const struct packet *p, struct fragment_key *key)
{
	key->source = p->source;
	key->destination = p->destination;
	key->id = p->fragment_id;
	key->proto = p->fragment_proto;
	key->family = p->family;
	key->pad = 0;
}

/* Remembers the ports of a first fragment that was let through. */
slow_path int fragment_register(const struct packet *p)
{
	struct fragment_key key;
	struct fragment_value value = {};

	if (!p)
		return 0;
	packet_fragment_key(p, &key);
	value.sport = p->sport;
	value.dport = p->dport;
	value.proto = p->proto;
	value.expires = clock_ticks() + FRAGMENT_SECONDS * config.second;
	return bpf_map_update_elem(&cilium_fragment, &key, &value, BPF_ANY);
}

inline_always int packet_recall_fragment(struct packet *p)
{
	struct fragment_key key;
	struct fragment_value *value;

	packet_fragment_key(p, &key);
	value = bpf_map_lookup_elem(&cilium_fragment, &key);
	if (!value || clock_passed(clock_ticks(), value->expires))
		return -DROP_FRAGMENT;
	p->sport = value->sport;
	p->dport = value->dport;
	p->proto = value->proto;
	return 0;
}

inline_always int packet_classify_icmp4(struct packet *p, __be16 id)
{
	switch (p->icmp_type) {
	case ICMP4_ECHO:
		p->sport = id;
		return 0;
	case ICMP4_ECHO_REPLY:
		p->dport = id;
		return 0;
	case ICMP4_UNREACHABLE:
	case ICMP4_TIME_EXCEEDED:
	case ICMP4_PARAMETER_PROBLEM:
		p->kind |= PACKET_ICMP_ERROR;
		return 0;
	}
	return -DROP_UNKNOWN_ICMP4_TYPE;
}

inline_always int packet_classify_icmp6(struct packet *p, __be16 id)
{
	switch (p->icmp_type) {
	case ICMP6_ECHO:
		p->sport = id;
		return 0;
	case ICMP6_ECHO_REPLY:
		p->dport = id;
		return 0;
	case ICMP6_UNREACHABLE:
	case ICMP6_TOO_BIG:
	case ICMP6_TIME_EXCEEDED:
	case ICMP6_PARAMETER_PROBLEM:
		p->kind |= PACKET_ICMP_ERROR;
		return 0;
	case ICMP6_LISTENER_QUERY:
	case ICMP6_LISTENER_REPORT:
	case ICMP6_LISTENER_DONE:
	case ICMP6_LISTENER_REPORT_2:
		p->kind |= PACKET_LISTENER;
		return 0;
	case ICMP6_ROUTER_SOLICITATION:
	case ICMP6_ROUTER_ADVERTISEMENT:
	case ICMP6_NEIGHBOUR_SOLICITATION:
	case ICMP6_NEIGHBOUR_ADVERTISEMENT:
	case ICMP6_REDIRECT:
		p->kind |= PACKET_NEIGHBOUR;
		return 0;
	}
	return -DROP_UNKNOWN_ICMP6_TYPE;
}

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
				p->l4_offset = ETH_HLEN + offset + sizeof(head);
				return packet_recall_fragment(p);
			}
			if (fragment & IP6_MORE_FRAGMENTS)
				p->kind |= PACKET_FIRST_FRAGMENT;
			offset += sizeof(head);
		} else {
			offset += p->proto == IPPROTO_AH ? (head[1] + 2) * 4 : (head[1] + 1) * 8;
		}
		p->proto = head[0];
	}
	if (packet_is_extension(p->proto) || offset > total)
		return -DROP_INVALID_EXTENSION_HEADER;
	p->l4_offset = ETH_HLEN + offset;
	return packet_parse_l4(ctx, p, total - offset);
}

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
