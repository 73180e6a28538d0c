// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* lookup: one hash lookup of eight bytes of the packet, always a hit: the unit in which goals are expressed. */
#include "compiler.h"

#define IPV4_ADDRESSES 26
#define LOOKUP_ENTRIES 65536

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LOOKUP_ENTRIES);
	__type(key, __u64);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} bench_lookup SEC(".maps");

SEC("tc")
int lookup(struct __sk_buff *ctx)
{
	void *data = ctx_data(ctx);
	__u64 key;

	if (data + IPV4_ADDRESSES + sizeof(key) > ctx_data_end(ctx))
		return TC_ACT_SHOT;
	key = *(__u64 *)(data + IPV4_ADDRESSES);
	return bpf_map_lookup_elem(&bench_lookup, &key) ? TC_ACT_OK : TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
