/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* endpoint.h: the workloads of this node. Found by the device that a packet came from, or by address. */
#pragma once

#include "address.h"

#define ENDPOINT_MAX 65536
#define IFINDEX_MAX 65536

struct endpoint {			/* mirrored by EndpointValue.cs; the index is the endpoint's number */
	__u64 subject;			/* identity | policy index << 32, read at once; policy 0: drop everything */
	__u32 ifindex;			/* host side of its device; 0: no such endpoint */
	__u32 changed_at;		/* see revision.h */
	__u8 mac[6];			/* as the frame header to it begins: its own side, then the host side */
	__u8 host_mac[6];
	__u32 ipv4;
	struct address ipv6;
	__u32 flags;			/* none yet */
	__u32 reserved[3];
};

struct endpoint_name {			/* mirrored by EndpointName.cs; for the agent only */
	char device[16];		/* host side of its device */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ENDPOINT_MAX);
	__type(key, __u32);
	__type(value, struct endpoint);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_endpoint SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ENDPOINT_MAX);
	__type(key, __u32);
	__type(value, struct endpoint_name);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_endpoint_name SEC(".maps");

struct {				/* ifindex -> endpoint */
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IFINDEX_MAX);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_device SEC(".maps");

struct {				/* the same for devices beyond the array */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ENDPOINT_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_device_far SEC(".maps");

struct local_key {			/* mirrored by LocalKey.cs */
	struct address address;
	__u32 family;
};

struct {				/* address -> endpoint */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * ENDPOINT_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct local_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_local SEC(".maps");

inline_always struct endpoint *endpoint_get(__u32 index)
{
	return bpf_map_lookup_elem(&cilium_endpoint, &index);
}

/* Number of the endpoint whose device this is, or 0. */
inline_always __u32 endpoint_of_device(__u32 ifindex)
{
	__u32 *index = bpf_map_lookup_elem(&cilium_device, &ifindex);

	if (unlikely(!index))
		index = bpf_map_lookup_elem(&cilium_device_far, &ifindex);
	return index ? READ_ONCE(*index) : 0;
}

/* Number of the endpoint that has this address, or 0. */
inline_always __u32 endpoint_of_address(const struct address *address, __u8 family)
{
	struct local_key key = { .address = *address, .family = family };
	__u32 *index = bpf_map_lookup_elem(&cilium_local, &key);

	return index ? READ_ONCE(*index) : 0;
}

inline_always bool endpoint_has_address(const struct endpoint *endpoint, const struct address *address, __u8 family)
{
	if (family == FAMILY_IPV4)
		return endpoint->ipv4 && endpoint->ipv4 == address->word[0];
	return !address_is_unspecified(&endpoint->ipv6) && address_equals(&endpoint->ipv6, address);
}
