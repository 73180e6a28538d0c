/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_table_insert.h: how a connection of one address family gets into the table; the second half of conntrack_table_family.h. Under the lock
 * nothing may be called, so everything is inlined there: a way is chosen first, then there is one place that writes. */

/* Takes a slot of the set that nobody uses: its way, or CT_WAYS; taken: its state then. */
inline_always __u32 CT(ct_set_take_free)(struct CT(ct_set) *set, const __u64 *tags, __u32 *taken)
{
	__u64 free = ct_tag_matches(READ_ONCE(*tags), 0);

	for (int i = 0; i < CT_TRIES && free; i++) {
		__u32 way = ct_tag_way(free);
		__u32 state = READ_ONCE(set->slot[way].value.state);

		free &= free - 1;
		if (state & (CT_LOCKED | CT_VALID))
			continue;
		*taken = ct_entry_take(&set->slot[way].value, state);
		if (*taken)
			return way;
	}
	return CT_WAYS;
}

/* Inserts a connection into one of two sets, the first rather than the second; its key's lock is held. */
inline_always int CT(ct_table_insert_locked)(struct CT(ct_set) *first, __u64 *first_tags, struct CT(ct_set) *second, __u64 *second_tags, __u64 tag,
					     const struct CT(ct_key) *key, const struct ct_value *value, __u32 now)
{
	struct CT(ct_set) *set = first;
	__u64 *tags = first_tags;
	__u32 state = 0, taken = 0, way;

	way = CT(ct_set_find)(first, ct_tag_matches(READ_ONCE(*first_tags), tag), key, &state);
	if (way >= CT_WAYS) {
		set = second;
		way = CT(ct_set_find)(second, ct_tag_matches(READ_ONCE(*second_tags), tag), key, &state);
	}
	if (way < CT_WAYS && ct_entry_replace(&set->slot[way].value, state, value, now))
		return 0;
	set = first;
	way = CT(ct_set_take_free)(first, first_tags, &taken);
	if (way >= CT_WAYS) {
		set = second;
		tags = second_tags;
		way = CT(ct_set_take_free)(second, second_tags, &taken);
	}
	if (way >= CT_WAYS)
		return CT_NO_ROOM;
	set->slot[way].key = *key;
	ct_entry_fill(&set->slot[way].value, value);
	ct_tag_replace(tags, way, tag);
	ct_entry_publish(&set->slot[way].value, taken);
	return 0;
}

/* Puts the set first that is to be filled: the key's first one until it is half full, then the emptier. Look-ups mostly need one set, and both fill
 * up late. */
inline_always void CT(ct_table_order)(struct ct_place *place)
{
	__u64 *first = bpf_map_lookup_elem(&CT_TAGS, &place->set[0]);
	__u64 *second = bpf_map_lookup_elem(&CT_TAGS, &place->set[1]);
	__u32 free_first, free_second;

	if (!first || !second)
		return;
	free_first = ct_tag_count(ct_tag_matches(READ_ONCE(*first), 0));
	free_second = ct_tag_count(ct_tag_matches(READ_ONCE(*second), 0));
	/* Half of its ways and more count as all. */
	ct_place_swap_if_less(place, free_first | (free_first & CT_WAYS / 2) << 1, free_second);
}

/* Inserts a connection if one of its slots is free. 0 or CT_NO_ROOM. */
slow_path int CT(ct_table_insert_free)(const struct CT(ct_key) *key, const struct ct_value *value)
{
	struct CT(ct_set) *first, *second;
	__u64 *first_tags, *second_tags;
	struct ct_place place;
	struct ct_lock *lock;
	__u32 now = clock_ticks();
	int result;

	if (!key || !value)
		return CT_NO_ROOM;
	CT(ct_table_place)(key, &place);
	CT(ct_table_order)(&place);
	first = bpf_map_lookup_elem(&CT_SETS, &place.set[0]);
	second = bpf_map_lookup_elem(&CT_SETS, &place.set[1]);
	first_tags = bpf_map_lookup_elem(&CT_TAGS, &place.set[0]);
	second_tags = bpf_map_lookup_elem(&CT_TAGS, &place.set[1]);
	lock = bpf_map_lookup_elem(&cilium_ct_lock, &place.lock);
	if (!first || !second || !first_tags || !second_tags || !lock)
		return CT_NO_ROOM;
	bpf_spin_lock(&lock->lock);
	result = CT(ct_table_insert_locked)(first, first_tags, second, second_tags, place.tag, key, value, now);
	bpf_spin_unlock(&lock->lock);
	return result;
}

/* Inserts a connection. 0 or CT_NO_ROOM. */
inline_always int CT(ct_table_insert)(const struct CT(ct_key) *key, const struct ct_value *value)
{
	if (likely(!CT(ct_table_insert_free)(key, value)))
		return 0;
	return CT(ct_table_make_room)(key) ? CT_NO_ROOM : CT(ct_table_insert_free)(key, value);
}
