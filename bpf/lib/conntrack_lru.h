/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_lru.h: connections in a hash of the kernel. When it is full it forgets the one that was not used for longest, silently. */
#pragma once

#include "conntrack_entry.h"
#include "conntrack_key.h"

#define CT_LRU_MAX 65536		/* the loader sets another size */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CT_LRU_MAX);
	__type(key, struct ct_key4);
	__type(value, struct ct_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_ct4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CT_LRU_MAX);
	__type(key, struct ct_key6);
	__type(value, struct ct_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_ct6 SEC(".maps");

/* The hash gives the memory of a forgotten entry to another one: a generation that no other entry had there. */
inline_always __u32 ct_lru_state(void)
{
	return bpf_get_prandom_u32() * CT_GENERATION | CT_VALID;
}
