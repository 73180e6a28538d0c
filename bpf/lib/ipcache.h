/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* ipcache.h: the identity behind an address. Single addresses by exact match, prefixes by the longest; asked for new flows only. */
#pragma once

#include "address.h"

#define IDENTITY_UNKNOWN 0
#define IDENTITY_HOST 1
#define IDENTITY_WORLD 2
#define IDENTITY_REMOTE_NODE 6
#define IDENTITY_FIRST_ALLOCATED 256
#define IDENTITY_FIRST_LOCAL (1 << 24)	/* of this node only: address prefixes */

#define IPCACHE_MAX 512000
#define IPCACHE_STATIC_BITS 32		/* cluster, pad and family stand before the address in a prefix */

struct ipcache_key {			/* mirrored by IpCacheKey.cs */
	__u32 prefix_length;		/* bits, the static ones included */
	__u16 cluster_id;
	__u8 pad;
	__u8 family;
	struct address address;
};

struct ipcache_value {			/* mirrored by IpCacheValue.cs */
	__u32 identity;
	__u32 tunnel_endpoint;		/* IPv4 address of the node that carries it, or 0 */
	struct address tunnel_endpoint6;
	__u32 flags;
	__u32 tunnel;			/* the same node: index in cilium_tunnel (tunnel.h), or 0 */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, IPCACHE_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct ipcache_key);
	__type(value, struct ipcache_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_ipcache SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, IPCACHE_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct ipcache_key);
	__type(value, struct ipcache_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_ipcache_prefix SEC(".maps");

/* What is said of an address, or NULL; exact: of it alone, not of a range. */
inline_always struct ipcache_value *ipcache_find(const struct address *address, __u8 family, bool *exact)
{
	struct ipcache_key key = {
		.prefix_length = IPCACHE_STATIC_BITS + (family == FAMILY_IPV4 ? 32 : 128),
		.family = family,
		.address = *address,
	};
	struct ipcache_value *value = bpf_map_lookup_elem(&cilium_ipcache, &key);

	*exact = value;
	if (!value)
		value = bpf_map_lookup_elem(&cilium_ipcache_prefix, &key);
	return value;
}

inline_always __u32 ipcache_identity(const struct address *address, __u8 family)
{
	bool exact;
	struct ipcache_value *value = ipcache_find(address, family, &exact);

	return value ? READ_ONCE(value->identity) : IDENTITY_WORLD;
}
