/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_lru.h: connections in a hash of the kernel. When it is full it forgets the one that was not used for longest, silently. */
#pragma once

#include "conntrack_entry.h"
#include "conntrack_key.h"

enum ct_removal {
	CT_REMOVED = 0,
	CT_REMOVAL_GONE = 1,		/* or another connection's by now */
	CT_REMOVAL_BUSY = 2,		/* its verdict is being replaced: try again */
};

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

/* Who finds an entry that somebody is removing waits for it: it takes less than one of these turns, but for an interrupt. */
#define CT_LRU_TURNS 64

/* The hash gives the memory of a forgotten entry to another one: a generation that no other entry had there. */
inline_always __u32 ct_lru_state(void)
{
	return bpf_get_prandom_u32() * CT_GENERATION | CT_VALID;
}

/* The state of an entry, if it is a connection's. */
inline_always struct ct_value *ct_lru_found(struct ct_value *entry, __u32 *state)
{
	if (!entry)
		return NULL;
	*state = READ_ONCE(entry->state);
	return *state & CT_VALID ? entry : NULL;
}

struct ct_lru_insertion {
	void *map;
	const void *key;
	struct ct_value *value;
	int error;
};

/* One turn of ct_lru_insert: 1 when it is done. A callback, which the verifier follows once and not once a turn. */
static long ct_lru_try(__u32 turn, struct ct_lru_insertion *insertion)
{
	struct ct_value *entry;

	insertion->error = bpf_map_update_elem(insertion->map, insertion->key, insertion->value, BPF_NOEXIST);
	if (insertion->error != -EEXIST)
		return 1;
	entry = bpf_map_lookup_elem(insertion->map, insertion->key);
	if (!entry || !ct_entry_replace(entry, READ_ONCE(entry->state), insertion->value, clock_ticks()))
		return 0;
	insertion->error = 0;
	return 1;
}

/* Inserts a connection. An entry that is there already is never overwritten by the hash, which would do so blindly: it is taken or waited for, so
 * that whoever removes one (remove.c) removes what it has looked at. */
inline_always int ct_lru_insert(void *map, const void *key, struct ct_value *value)
{
	struct ct_lru_insertion insertion = { .map = map, .key = key, .value = value };

	value->state = ct_lru_state();
	insertion.error = bpf_map_update_elem(map, key, value, BPF_NOEXIST);
	if (unlikely(insertion.error == -EEXIST))
		bpf_loop(CT_LRU_TURNS, ct_lru_try, &insertion, 0);
	return insertion.error;
}

/* Removes the connection whose entry was in that state when it was looked at. */
inline_always enum ct_removal ct_lru_remove(void *map, const void *key, __u32 state)
{
	struct ct_value *entry = bpf_map_lookup_elem(map, key);
	__u32 taken;

	if (!entry || !ct_is_same(entry, state))
		return CT_REMOVAL_GONE;
	taken = ct_entry_take(entry, state & ~CT_LOCKED);
	if (!taken)
		return CT_REMOVAL_BUSY;
	if (!bpf_map_delete_elem(map, key))
		return CT_REMOVED;
	ct_entry_publish(entry, taken);
	return CT_REMOVAL_BUSY;
}
