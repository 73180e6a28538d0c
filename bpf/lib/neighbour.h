/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* neighbour.h: endpoints learn one neighbour only, the host side of their device. ARP and IPv6 neighbour discovery are answered here and
 * never forwarded. */
#pragma once

#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include "endpoint.h"
#include "outcome.h"
#include "packet_icmp.h"

#define NEIGHBOUR_ANSWERED 1
#define NEIGHBOUR_CONSUMED 2

#define ND_OPTION_SOURCE_ADDRESS 1
#define ND_OPTION_TARGET_ADDRESS 2
#define ND_FLAGS_ROUTER_SOLICITED_OVERRIDE 0xe0
#define ND_HOP_LIMIT 255
#define ND_ANSWER_BYTES 32		/* header, target, one option */

struct arp_frame {
	__u8 destination[6];
	__u8 source[6];
	__be16 h_proto;
	__be16 hardware;
	__be16 protocol;
	__u8 hardware_length;
	__u8 protocol_length;
	__be16 operation;
	__u8 sender_mac[6];
	__u8 sender_ip[4];
	__u8 target_mac[6];
	__u8 target_ip[4];
} __attribute__((packed));

inline_always bool mac_equals(const __u8 *left, const __u8 *right)
{
	const __u16 *a = (const __u16 *)left, *b = (const __u16 *)right;	/* aligned to 2 only */

	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

/* A positive NEIGHBOUR_ value, or minus a drop reason. */
slow_path int arp_handle(struct __sk_buff *ctx, const struct endpoint *self)
{
	struct arp_frame frame;
	__u32 sender, target;

	if (!self || bpf_skb_load_bytes(ctx, 0, &frame, sizeof(frame)))
		return -DROP_INVALID;
	if (frame.hardware != bpf_htons(1) || frame.protocol != bpf_htons(ETH_P_IP) || frame.hardware_length != 6 || frame.protocol_length != 4)
		return -DROP_INVALID;
	if (!mac_equals(frame.sender_mac, self->mac))
		return -DROP_INVALID_SOURCE_MAC;
	__builtin_memcpy(&sender, frame.sender_ip, sizeof(sender));
	__builtin_memcpy(&target, frame.target_ip, sizeof(target));
	if (sender && sender != self->ipv4)
		return -DROP_INVALID_SOURCE_IP;
	/* Probes and announcements of its own address, and answers, are nobody's business. */
	if (frame.operation != bpf_htons(1) || !sender || target == self->ipv4)
		return NEIGHBOUR_CONSUMED;
	__builtin_memcpy(frame.destination, self->mac, 6);
	__builtin_memcpy(frame.source, self->host_mac, 6);
	frame.operation = bpf_htons(2);
	__builtin_memcpy(frame.sender_mac, self->host_mac, 6);
	__builtin_memcpy(frame.target_mac, self->mac, 6);
	__builtin_memcpy(frame.sender_ip, &target, 4);
	__builtin_memcpy(frame.target_ip, &sender, 4);
	if (bpf_skb_store_bytes(ctx, 0, &frame, sizeof(frame), 0))
		return -DROP_WRITE_ERROR;
	return NEIGHBOUR_ANSWERED;
}

struct nd_message {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__u8 flags[4];
	struct address target;
	__u8 option_type;
	__u8 option_length;		/* in units of 8 */
	__u8 option_mac[6];
};

struct nd_frame {
	__u8 destination[6];
	__u8 source[6];
	__be16 h_proto;
	struct ipv6hdr ip;
	struct nd_message nd;
} __attribute__((packed));

inline_always __u32 nd_sum(__u32 sum, const void *bytes, int length)
{
	const __u8 *byte = bytes;

#pragma unroll
	for (int i = 0; i < length; i += 2)
		sum += byte[i] | byte[i + 1] << 8;
	return sum;
}

/* Writes the advertisement that the target is at the host side of the device over the solicitation. */
slow_path int nd_answer(struct __sk_buff *ctx, const struct packet *p, const struct endpoint *self, const struct nd_message *asked)
{
	struct nd_frame frame = {};
	__u32 sum;

	if (!p || !self || !asked)
		return -DROP_INVALID;
	__builtin_memcpy(frame.destination, self->mac, 6);
	__builtin_memcpy(frame.source, self->host_mac, 6);
	frame.h_proto = bpf_htons(ETH_P_IPV6);
	frame.ip.version = 6;
	frame.ip.nexthdr = IPPROTO_ICMPV6;
	frame.ip.hop_limit = ND_HOP_LIMIT;
	frame.ip.payload_len = bpf_htons(ND_ANSWER_BYTES);
	__builtin_memcpy(&frame.ip.saddr, &asked->target, 16);
	__builtin_memcpy(&frame.ip.daddr, &p->source, 16);
	frame.nd.type = ICMP6_NEIGHBOUR_ADVERTISEMENT;
	frame.nd.flags[0] = ND_FLAGS_ROUTER_SOLICITED_OVERRIDE;
	frame.nd.target = asked->target;
	frame.nd.option_type = ND_OPTION_TARGET_ADDRESS;
	frame.nd.option_length = 1;
	__builtin_memcpy(frame.nd.option_mac, self->host_mac, 6);
	sum = bpf_htons(ND_ANSWER_BYTES) + bpf_htons(IPPROTO_ICMPV6);
	sum = nd_sum(sum, &frame.ip.saddr, 32);
	sum = nd_sum(sum, &frame.nd, sizeof(frame.nd));
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	frame.nd.checksum = ~sum;
	if (bpf_skb_change_tail(ctx, sizeof(frame), 0) || bpf_skb_store_bytes(ctx, 0, &frame, sizeof(frame), 0))
		return -DROP_WRITE_ERROR;
	return NEIGHBOUR_ANSWERED;
}

/* Router and neighbour discovery of an endpoint. A positive NEIGHBOUR_ value, or minus a drop reason. */
slow_path int nd_handle(struct __sk_buff *ctx, const struct packet *p, const struct endpoint *self)
{
	struct nd_message asked = {};
	__u8 hop_limit = 0;
	bool detection;

	if (!p || !self)
		return -DROP_INVALID;
	detection = address_is_unspecified(&p->source);
	if (bpf_skb_load_bytes(ctx, ETH_HLEN + offsetof(struct ipv6hdr, hop_limit), &hop_limit, 1) || hop_limit != ND_HOP_LIMIT || p->icmp_code)
		return -DROP_INVALID;
	if (!detection && !address_is_link_local(&p->source) && !address_equals(&p->source, &self->ipv6))
		return -DROP_INVALID_SOURCE_IP;
	if (p->kind & PACKET_FIRST_FRAGMENT)
		return -DROP_INVALID;
	if (p->icmp_type == ICMP6_ROUTER_SOLICITATION || p->icmp_type == ICMP6_NEIGHBOUR_ADVERTISEMENT)
		return NEIGHBOUR_CONSUMED;
	if (p->icmp_type != ICMP6_NEIGHBOUR_SOLICITATION)
		return -DROP_UNKNOWN_ICMP6_TYPE;
	if (bpf_skb_load_bytes(ctx, p->l4_offset, &asked, offsetof(struct nd_message, option_type)))
		return -DROP_CT_INVALID_HEADER;
	if (!bpf_skb_load_bytes(ctx, p->l4_offset + offsetof(struct nd_message, option_type), &asked.option_type, 8) &&
	    asked.option_type == ND_OPTION_SOURCE_ADDRESS && !mac_equals(asked.option_mac, self->mac))
		return -DROP_INVALID_SOURCE_MAC;
	if (detection || address_equals(&asked.target, &self->ipv6))
		return NEIGHBOUR_CONSUMED;
	return nd_answer(ctx, p, self, &asked);
}
