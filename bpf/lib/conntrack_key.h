/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_key.h: what names a connection. The key is ordered, lower address first, so that both directions have the same. */
#pragma once

#include "packet.h"

struct ct_key4 {			/* mirrored by ConntrackKey4.cs */
	__u32 address[2];
	__be16 port[2];
	__u8 proto;
	__u8 pad;
	__u16 scope;			/* for service entries; 0 */
} __attribute__((aligned(8)));

struct ct_key6 {			/* mirrored by ConntrackKey6.cs */
	struct address address[2];
	__be16 port[2];
	__u8 proto;
	__u8 pad;
	__u16 scope;
} __attribute__((aligned(8)));		/* read in words of 64 bits */

union ct_key {				/* of either family, in one place of the stack */
	struct ct_key4 v4;
	struct ct_key6 v6;
};

struct ct_transport {			/* the end of either key, from its ports on */
	__u32 ports;
	__u32 proto;			/* with pad and scope, which are 0 */
};

/* In whole words: the key is read in words, and a word that was just written in pieces is slow to read. */
inline_always void ct_set_transport(void *end_of_key, __u32 lower, __u32 higher, __u8 proto)
{
	struct ct_transport *transport = end_of_key;

	transport->ports = lower | higher << 16;
	transport->proto = proto;
}

/* Fills the key and says on which side of it the packet's source stands. */
inline_always __u32 ct_key4_of(const struct packet *p, struct ct_key4 *key)
{
	__u32 source = p->source.word[0], destination = p->destination.word[0];
	bool second = source > destination || (source == destination && p->sport > p->dport);

	key->address[0] = second ? destination : source;
	key->address[1] = second ? source : destination;
	ct_set_transport(key->port, second ? p->dport : p->sport, second ? p->sport : p->dport, p->proto);
	return second;
}

inline_always bool ct_source_is_second6(const struct packet *p)
{
#pragma unroll
	for (int i = 0; i < 4; i++) {
		if (p->source.word[i] != p->destination.word[i])
			return p->source.word[i] > p->destination.word[i];
	}
	return p->sport > p->dport;
}

inline_always __u32 ct_key6_of(const struct packet *p, struct ct_key6 *key)
{
	bool second = ct_source_is_second6(p);

	if (second) {
		key->address[0] = p->destination;
		key->address[1] = p->source;
	} else {
		key->address[0] = p->source;
		key->address[1] = p->destination;
	}
	ct_set_transport(key->port, second ? p->dport : p->sport, second ? p->sport : p->dport, p->proto);
	return second;
}
