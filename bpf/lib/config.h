/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* config.h: constants of this node, written before the object is loaded. Branches that they rule out fall away in the verifier. */
#pragma once

#include "compiler.h"
#include "conntrack_layout.h"

struct datapath_config {		/* mirrored by DatapathConfig.cs */
	__u8 ipv4;			/* family enabled */
	__u8 ipv6;
	__u8 trace;			/* report new connections and changed verdicts */
	__u8 conntrack_table;		/* connections are kept in conntrack_table.h, not in conntrack_lru.h */
	__u32 second;			/* ticks of clock.h per second */
	__u32 tcp_lifetime;		/* ticks that a connection is remembered after its last packet */
	__u32 syn_lifetime;
	__u32 other_lifetime;
	__u32 close_lifetime;
	__u32 drop_events;		/* per tick, endpoint and processor; 0: any number */
	__u32 conntrack_sets4;		/* of the table */
	__u32 conntrack_sets6;
	__u32 fragment_lifetime;	/* ticks that the ports of a fragmented packet are remembered */
	__u32 conntrack_layout;		/* of what these programs keep; said by the object, read by the loader */
	__u32 previous_container;	/* enum ct_container; that connections move from: see conntrack_previous.h */
	__u32 previous_layout;
	__u32 previous_sets4;
	__u32 previous_sets6;
	__u32 pad;
	__u64 conntrack_seed;		/* so that nobody outside can choose connections that crowd one set */
	__u64 previous_seed;
};

const volatile struct datapath_config config SEC(".rodata.config") = {
	.ipv4 = 1,
	.ipv6 = 1,
	.trace = 1,
	.second = 15,
	.tcp_lifetime = 21600 * 15,
	.syn_lifetime = 60 * 15,
	.other_lifetime = 60 * 15,
	.close_lifetime = 10 * 15,
	.fragment_lifetime = 30 * 15,
	.conntrack_layout = CT_LAYOUT,
};
