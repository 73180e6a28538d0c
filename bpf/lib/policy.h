/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* policy.h: what a subject may receive and send. Entries of all policies share one hash; a policy's header says under which slot
 * its entries stand and which shapes of wildcards they have, in one word, so that a change is seen wholly or not at all. */
#pragma once

#include "direction.h"
#include "endpoint.h"

#define POLICY_MAX 65536
#define POLICY_ENTRIES_MAX 262144
#define POLICY_VARIANT_LENGTH 64

enum policy_shape {			/* in the order in which they are tried */
	SHAPE_EXACT = 0,		/* identity, protocol, port */
	SHAPE_IDENTITY = 1,		/* identity */
	SHAPE_PORT = 2,			/* protocol, port */
	SHAPE_ALL = 3,
	SHAPES = 4,
};

struct policy_header {			/* mirrored by PolicyHeader.cs */
	__u64 word;			/* slot | shapes << 32: bit 4 * direction + shape; 0: not realised */
	__u32 subject;			/* identity; 0: free */
	__u32 changed_at;		/* see revision.h */
};

struct policy_name {			/* mirrored by PolicyName.cs; for the agent only */
	char variant[POLICY_VARIANT_LENGTH];
};

struct policy_key {			/* mirrored by PolicyEntryKey.cs */
	__u32 owner;			/* slot in cilium_policy, policy index in cilium_policy_counter */
	__u32 identity;
	__be16 port;
	__u8 proto;
	__u8 direction;
};

struct policy_value {			/* mirrored by PolicyEntryValue.cs */
	__u32 cookie;			/* rule section */
	__u32 precedence;
	__be16 proxy_port;
	__u16 flags;
	__u32 reserved;
};

struct policy_counter {			/* mirrored by PolicyCounter.cs */
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, POLICY_MAX);
	__type(key, __u32);
	__type(value, struct policy_header);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_policy_header SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, POLICY_MAX);
	__type(key, __u32);
	__type(value, struct policy_name);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_policy_name SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_ENTRIES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_key);
	__type(value, struct policy_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_policy SEC(".maps");

struct {				/* apart from the entries: a counter outlives the slot that its entry stands under */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_ENTRIES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_key);
	__type(value, struct policy_counter);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_policy_counter SEC(".maps");

inline_always struct policy_header *policy_header_get(__u32 policy)
{
	return policy ? bpf_map_lookup_elem(&cilium_policy_header, &policy) : NULL;
}

/* Slot and shapes of an endpoint's policy; 0 when it has none or it is not realised: everything is dropped. */
inline_always __u64 policy_word(__u64 subject)
{
	struct policy_header *header = policy_header_get(subject >> 32);

	return header ? READ_ONCE(header->word) : 0;
}

/* True while a verdict of this number still says what the endpoint's policy says. */
inline_always bool policy_holds(__u32 index, __u32 number)
{
	struct endpoint *endpoint = endpoint_get(index);
	struct policy_header *header;

	if (!endpoint || number < READ_ONCE(endpoint->changed_at))
		return false;
	header = policy_header_get(READ_ONCE(endpoint->subject) >> 32);
	return header && READ_ONCE(header->word) && number >= READ_ONCE(header->changed_at);
}

inline_always void policy_key_shape(struct policy_key *key, __u32 identity, __be16 port, __u8 proto, __u32 shape)
{
	bool names_port = shape == SHAPE_EXACT || shape == SHAPE_PORT;

	key->identity = shape == SHAPE_EXACT || shape == SHAPE_IDENTITY ? identity : 0;
	key->port = names_port ? port : 0;
	key->proto = names_port ? proto : 0;
}

struct policy_match {
	__u32 cookie;
	__u16 proxy_port;
	__u8 shape;
	__u8 pad;
};

/* Looks for the entry that allows this traffic; fills the match. */
inline_always bool policy_allows(__u64 word, __u32 identity, __be16 port, __u8 proto, __u8 direction, struct policy_match *match)
{
	__u32 shapes = (__u32)(word >> 32) >> (4 * direction);
	struct policy_key key = { .owner = (__u32)word, .direction = direction };
	struct policy_value *value;

#pragma unroll
	for (__u32 shape = 0; shape < SHAPES; shape++) {
		if (!(shapes & (1 << shape)))
			continue;
		policy_key_shape(&key, identity, port, proto, shape);
		value = bpf_map_lookup_elem(&cilium_policy, &key);
		if (value) {
			match->cookie = READ_ONCE(value->cookie);
			match->proxy_port = READ_ONCE(value->proxy_port);
			match->shape = shape;
			return true;
		}
	}
	return false;
}

/* Adds to the counters of the entry that let a connection pass. */
inline_always void policy_count(__u32 index, __u32 identity, __be16 port, __u8 proto, __u8 direction, __u8 shape, __u64 packets, __u64 bytes)
{
	struct endpoint *endpoint = endpoint_get(index);
	struct policy_key key = { .direction = direction };
	struct policy_counter *counter;

	if (!endpoint)
		return;
	key.owner = READ_ONCE(endpoint->subject) >> 32;
	policy_key_shape(&key, identity, port, proto, shape);
	counter = bpf_map_lookup_elem(&cilium_policy_counter, &key);
	if (counter) {
		__sync_fetch_and_add(&counter->packets, packets);
		__sync_fetch_and_add(&counter->bytes, bytes);
	}
}
