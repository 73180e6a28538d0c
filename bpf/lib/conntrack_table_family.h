/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_table_family.h: the table of one address family; see conntrack_table.h, which includes it once for each. */

#define CT_JOIN_(name, family) name##family
#define CT_JOIN(name, family) CT_JOIN_(name, family)
#define CT(name) CT_JOIN(name, CT_FAMILY)

struct CT(ct_slot) {			/* mirrored by ConntrackSlot.cs */
	struct CT(ct_key) key;
	struct ct_value value;
};

struct CT(ct_set) {
	struct CT(ct_slot) slot[CT_WAYS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_SETS_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct CT(ct_set));
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} CT_JOIN(cilium_ct_set, CT_FAMILY) SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_SETS_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} CT_JOIN(cilium_ct_tag, CT_FAMILY) SEC(".maps");

#define CT_SETS CT_JOIN(cilium_ct_set, CT_FAMILY)
#define CT_TAGS CT_JOIN(cilium_ct_tag, CT_FAMILY)

inline_always void CT(ct_table_place)(const struct CT(ct_key) *key, struct ct_place *place)
{
	const __u64 *word = (const __u64 *)key;
	__u64 hash = config.conntrack_seed;

#pragma unroll
	for (int i = 0; i < CT_KEY_WORDS; i++)
		hash = ct_hash_add(hash, word[i]);
	ct_place_of(hash, CT_JOIN(config.conntrack_sets, CT_FAMILY), place);
}

inline_always bool CT(ct_key_equals)(const struct CT(ct_key) *left, const struct CT(ct_key) *right)
{
	const __u64 *l = (const __u64 *)left, *r = (const __u64 *)right;
	__u64 differs = 0;

#pragma unroll
	for (int i = 0; i < CT_KEY_WORDS; i++)
		differs |= READ_ONCE(l[i]) ^ r[i];
	opaque(differs);
	return !differs;
}

/* The way of the set where the key stands, or CT_WAYS; state: as it was before the key was compared. */
inline_always __u32 CT(ct_set_find)(struct CT(ct_set) *set, __u64 matches, const struct CT(ct_key) *key, __u32 *state)
{
	for (int i = 0; i < CT_WAYS && matches; i++) {
		__u32 way = ct_tag_way(matches);
		struct CT(ct_slot) *slot = &set->slot[way];

		*state = READ_ONCE(slot->value.state);
		if (*state & CT_VALID && CT(ct_key_equals)(&slot->key, key))
			return way;
		matches &= matches - 1;
	}
	return CT_WAYS;
}

/* The same in the set of that index, as the number of a slot; CT_NOWHERE if it is not there. */
slow_path __u32 CT(ct_table_search_set)(__u32 index, __u64 tag, const struct CT(ct_key) *key, __u32 *state)
{
	__u64 *tags = bpf_map_lookup_elem(&CT_TAGS, &index);
	struct CT(ct_set) *set = bpf_map_lookup_elem(&CT_SETS, &index);
	__u32 way;

	if (!tags || !set || !key || !state)
		return CT_NOWHERE;
	way = CT(ct_set_find)(set, ct_tag_matches(READ_ONCE(*tags), tag), key, state);
	return way < CT_WAYS ? index * CT_WAYS + way : CT_NOWHERE;
}

/* The number of the slot where a key stands, in whichever set, or CT_NOWHERE. */
slow_path __u32 CT(ct_table_search)(const struct CT(ct_key) *key, __u32 *state)
{
	struct ct_place place;
	__u32 slot;

	if (!key || !state)
		return CT_NOWHERE;
	CT(ct_table_place)(key, &place);
	slot = CT(ct_table_search_set)(place.set[0], place.tag, key, state);
	return slot != CT_NOWHERE ? slot : CT(ct_table_search_set)(place.set[1], place.tag, key, state);
}

/* The entry of the first slot of a set that carries the tag, if it is the key's; else NULL. */
inline_always struct ct_value *CT(ct_table_guess)(__u32 index, __u64 matches, const struct CT(ct_key) *key, __u32 *state)
{
	struct CT(ct_set) *set = bpf_map_lookup_elem(&CT_SETS, &index);
	__u32 way = ct_tag_way(matches);

	if (!set)
		return NULL;
	*state = READ_ONCE(set->slot[way].value.state);
	return *state & CT_VALID && CT(ct_key_equals)(&set->slot[way].key, key) ? &set->slot[way].value : NULL;
}

/* The entry of a key, or NULL, where speed does not matter. */
inline_always struct ct_value *CT(ct_table_find_seldom)(const struct CT(ct_key) *key, __u32 *state)
{
	__u32 slot = CT(ct_table_search)(key, state);
	__u32 index = slot / CT_WAYS;
	struct CT(ct_set) *set;

	if (slot == CT_NOWHERE)
		return NULL;
	set = bpf_map_lookup_elem(&CT_SETS, &index);
	return set ? &set->slot[slot & (CT_WAYS - 1)].value : NULL;
}

/* The same for every packet. Both words of tags are asked for at once, so that their cache misses overlap. Nearly every key stands in the first slot
 * that carries its tag; a search finds the others. */
inline_always struct ct_value *CT(ct_table_find)(const struct CT(ct_key) *key, __u32 *state)
{
	__u64 *first, *second, in_first, in_second;
	struct ct_value *entry;
	struct ct_place place;

	CT(ct_table_place)(key, &place);
	first = bpf_map_lookup_elem(&CT_TAGS, &place.set[0]);
	second = bpf_map_lookup_elem(&CT_TAGS, &place.set[1]);
	if (!first || !second)
		return NULL;
	in_first = READ_ONCE(*first);
	in_second = READ_ONCE(*second);
	in_first = ct_tag_matches(in_first, place.tag);
	in_second = ct_tag_matches(in_second, place.tag);
	if (in_first) {
		entry = CT(ct_table_guess)(place.set[0], in_first, key, state);
		if (likely(entry))
			return entry;
	}
	if (!(in_first | in_second))
		return NULL;
	if (in_second) {
		entry = CT(ct_table_guess)(place.set[1], in_second, key, state);
		if (likely(entry))
			return entry;
	}
	return CT(ct_table_find_seldom)(key, state);
}

#include "conntrack_table_room.h"
#include "conntrack_table_insert.h"

#undef CT
#undef CT_JOIN
#undef CT_JOIN_
#undef CT_SETS
#undef CT_TAGS
