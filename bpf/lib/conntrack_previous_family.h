/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_previous_family.h: the old container of one address family; see conntrack_previous.h, which includes it once for each. Its maps are those
 * that are pinned; what is not there is not made. */

#define CT_JOIN_(name, family) name##family
#define CT_JOIN(name, family) CT_JOIN_(name, family)
#define CT(name) CT_JOIN(name, CT_FAMILY)

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CT_LRU_MAX);
	__type(key, struct CT(ct_key));
	__type(value, struct ct_value);
} CT(cilium_old_ct) SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_SETS_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct CT(ct_set));
} CT(cilium_old_set) SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_SETS_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} CT(cilium_old_tag) SEC(".maps");

/* As ct_table_place; where the old layout puts a key is a matter of that layout. */
inline_always void CT(ct_old_place)(const struct CT(ct_key) *key, struct ct_place *place)
{
	const __u64 *word = (const __u64 *)key;
	__u64 hash = config.previous_seed;

#pragma unroll
	for (int i = 0; i < CT_KEY_WORDS; i++)
		hash = ct_hash_add(hash, word[i]);
	ct_place_of(hash, CT(config.previous_sets), place);
}

inline_always struct ct_value *CT(ct_old_table_find)(const struct CT(ct_key) *key, __u32 *state)
{
	struct ct_place place;

	CT(ct_old_place)(key, &place);
#pragma unroll
	for (int i = 0; i < 2; i++) {
		__u64 *tags = bpf_map_lookup_elem(&CT(cilium_old_tag), &place.set[i]);
		struct CT(ct_set) *set = bpf_map_lookup_elem(&CT(cilium_old_set), &place.set[i]);
		__u32 way;

		if (!tags || !set)
			return NULL;
		way = CT(ct_set_find)(set, ct_tag_matches(READ_ONCE(*tags), place.tag), key, state);
		if (way < CT_WAYS)
			return &set->slot[way].value;
	}
	return NULL;
}

inline_always struct ct_value *CT(ct_old_find)(const struct CT(ct_key) *key, __u32 *state)
{
	struct ct_value *value;

	if (config.previous_container == CT_CONTAINER_TABLE)
		return CT(ct_old_table_find)(key, state);
	value = bpf_map_lookup_elem(&CT(cilium_old_ct), key);
	keep_apart(16 + CT_FAMILY);
	return ct_lru_found(value, state);
}

inline_always int CT(ct_old_table_insert)(const struct CT(ct_key) *key, const struct ct_value *value)
{
	struct CT(ct_set) *first, *second;
	__u64 *first_tags, *second_tags;
	__u32 now = clock_ticks();
	struct ct_place place;
	struct ct_lock *lock;
	int result;

	CT(ct_old_place)(key, &place);
	first = bpf_map_lookup_elem(&CT(cilium_old_set), &place.set[0]);
	second = bpf_map_lookup_elem(&CT(cilium_old_set), &place.set[1]);
	first_tags = bpf_map_lookup_elem(&CT(cilium_old_tag), &place.set[0]);
	second_tags = bpf_map_lookup_elem(&CT(cilium_old_tag), &place.set[1]);
	lock = bpf_map_lookup_elem(&cilium_old_lock, &place.lock);
	if (!first || !second || !first_tags || !second_tags || !lock)
		return CT_NO_ROOM;
	bpf_spin_lock(&lock->lock);
	result = CT(ct_table_insert_locked)(first, first_tags, second, second_tags, place.tag, key, value, now);
	bpf_spin_unlock(&lock->lock);
	return result;
}

inline_always int CT(ct_old_insert)(const struct CT(ct_key) *key, struct ct_value *value)
{
	if (config.previous_container == CT_CONTAINER_TABLE)
		return CT(ct_old_table_insert)(key, value);
	return ct_lru_insert(&CT(cilium_old_ct), key, value);
}

/* The entry in the new container, or NULL. */
inline_always struct ct_value *CT(ct_new_find)(const struct CT(ct_key) *key, __u32 *state)
{
	struct CT(ct_set) *set;
	__u32 slot, index;

	if (!config.conntrack_table)
		return CT(ct_find)(key, state);
	slot = CT(ct_table_search)(key, state);
	if (slot == CT_NOWHERE)
		return NULL;
	index = slot / CT_WAYS;
	set = bpf_map_lookup_elem(&CT(cilium_ct_set), &index);
	if (!set)
		return NULL;
	/* clang would add before it compares with NULL. */
	asm volatile("" : "+r"(set));
	return &set->slot[slot & (CT_WAYS - 1)].value;
}

/* Takes a connection over. One that lives in the new container is never overwritten. */
inline_always enum ct_adoption CT(ct_adopt)(const struct CT(ct_key) *key)
{
	__u32 zero = 0, state = 0, other = 0, now = clock_ticks();
	struct ct_value *value = bpf_map_lookup_elem(&cilium_ct_moved, &zero);
	struct ct_value *old = CT(ct_old_find)(key, &state);
	struct ct_value *entry;

	if (!value || !old)
		return CT_ADOPTION_GONE;
	entry = CT(ct_new_find)(key, &other);
	if (entry && !ct_is_expired(entry, now)) {
		ct_merge(entry, old, now);
		return CT_ADOPTION_THERE;
	}
	if (!ct_old_read(value, old, state) || !ct_is_alive(value, now))
		return CT_ADOPTION_GONE;
	value->unreported = __sync_lock_test_and_set(&old->unreported, 0);
	if (!CT(ct_insert)(key, value))
		return CT_ADOPTED;
	__sync_fetch_and_add(&old->unreported, value->unreported);
	return CT_ADOPTION_NO_ROOM;
}

#undef CT
#undef CT_JOIN
#undef CT_JOIN_
