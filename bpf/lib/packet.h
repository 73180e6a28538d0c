/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* packet.h: what the datapath reads of a packet, once. packet_read.h fills it. */
#pragma once

#include <linux/in.h>
#include <linux/in6.h>
#include "address.h"
#include "config.h"
#include "drop_reasons.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

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
	__u32 entry_state;		/* of the connection's entry when it was found; see ct_is_same */
	__u32 cookie;			/* rule that decided */
	__u32 tunnel;			/* node that has the destination (tunnel.h), read only where destination_endpoint is 0; 0: none */
	__u32 number;			/* of the judgement; see revision.h */
	__u32 repeated;			/* drops like this one that were not reported */
};

enum packet_role {
	PACKET_ITSELF = 0,
	PACKET_QUOTED = 1,		/* by an ICMP error */
	PACKET_ROLES = 2,
};

struct {				/* not on the stack: its 512 bytes are for the functions that work on a packet */
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PACKET_ROLES);
	__type(key, __u32);
	__type(value, struct packet);
} cilium_packet SEC(".maps");

/* An empty packet; the same memory for every packet that this processor sees, one after the other. */
inline_always struct packet *packet_begin(__u32 role)
{
	struct packet *p = bpf_map_lookup_elem(&cilium_packet, &role);

	if (p)
		__builtin_memset(p, 0, sizeof(*p));
	return p;
}

inline_always bool packet_is_syn(const struct packet *p)
{
	return (p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

/* The port that a policy judges: none for ICMP. */
inline_always __be16 packet_policy_port(__u8 proto, __be16 port)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ? port : 0;
}
