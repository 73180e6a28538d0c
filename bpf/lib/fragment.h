/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* fragment.h: the ports of fragmented packets, remembered from the first fragment once it was let through; later ones have none. */
#pragma once

#include "address.h"
#include "clock.h"
#include "config.h"

#define FRAGMENT_MAX 8192

struct fragment_key {			/* for the programs only */
	struct address source;
	struct address destination;
	__u32 id;
	__u8 proto;			/* as the IP or fragment header names it */
	__u8 family;
	__u16 pad;
};

struct fragment_value {			/* for the programs only */
	__be16 sport;
	__be16 dport;
	__u32 expires;
	__u8 proto;			/* behind all extension headers */
	__u8 pad[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FRAGMENT_MAX);
	__type(key, struct fragment_key);
	__type(value, struct fragment_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_fragment SEC(".maps");
