/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_table_insert.h: how a connection of one address family gets into the table; the second half of conntrack_table_family.h. */

/* Writes a connection into a slot that has been taken. */
inline_always void CT(ct_slot_write)(struct CT(ct_slot) *slot, __u64 *tags, __u32 way, __u64 tag, __u32 taken,
				     const struct CT(ct_key) *key, const struct ct_value *value)
{
	slot->key = *key;
	ct_entry_fill(&slot->value, value);
	ct_tag_replace(tags, way, tag);
	ct_entry_publish(&slot->value, taken);
}

/* Writes into a slot of the set that nobody uses. */
inline_always bool CT(ct_set_use_free)(struct CT(ct_set) *set, __u64 *tags, __u64 tag, const struct CT(ct_key) *key, const struct ct_value *value)
{
	__u64 free = ct_tag_matches(READ_ONCE(*tags), 0);

	for (int i = 0; i < CT_WAYS && free; i++) {
		__u32 way = ct_tag_way(free);
		struct CT(ct_slot) *slot = &set->slot[way];
		__u32 state = READ_ONCE(slot->value.state), taken;

		free &= free - 1;
		if (state & (CT_LOCKED | CT_VALID))
			continue;
		taken = ct_entry_take(&slot->value, state);
		if (!taken)
			continue;
		CT(ct_slot_write)(slot, tags, way, tag, taken, key, value);
		return true;
	}
	return false;
}

inline_always __u32 CT(ct_set_count_stale)(struct CT(ct_set) *set, __u32 now)
{
	__u32 count = 0;

	for (__u32 way = 0; way < CT_WAYS; way++)
		count += ct_state_is_idle(READ_ONCE(set->slot[way].value.state)) && ct_slot_is_stale(&set->slot[way].value, now);
	return count;
}

/* Writes into a slot of the set whose connection has expired. */
inline_always bool CT(ct_set_use_stale)(struct CT(ct_set) *set, __u64 *tags, __u64 tag, const struct CT(ct_key) *key, const struct ct_value *value,
					__u32 now)
{
	for (__u32 way = 0; way < CT_WAYS; way++) {
		struct CT(ct_slot) *slot = &set->slot[way];
		__u32 state = READ_ONCE(slot->value.state), taken;

		if (!ct_state_is_idle(state) || !ct_slot_is_stale(&slot->value, now))
			continue;
		taken = ct_entry_take(&slot->value, state);
		if (!taken)
			continue;
		CT(ct_slot_write)(slot, tags, way, tag, taken, key, value);
		return true;
	}
	return false;
}

/* Writes into the slot of the set whose connection has waited for an answer for longest. */
inline_always bool CT(ct_set_use_unanswered)(struct CT(ct_set) *set, __u64 *tags, __u64 tag, const struct CT(ct_key) *key,
					     const struct ct_value *value, __u32 now)
{
	__u32 oldest = CT_WAYS, oldest_left = ~0U, taken, state;
	struct CT(ct_slot) *slot;

	for (__u32 way = 0; way < CT_WAYS; way++) {
		__u32 left;

		slot = &set->slot[way];
		left = READ_ONCE(slot->value.expires) - now;
		if (left < oldest_left && ct_slot_is_unanswered(&slot->value)) {
			oldest = way;
			oldest_left = left;
		}
	}
	if (oldest >= CT_WAYS)
		return false;
	slot = &set->slot[oldest];
	state = READ_ONCE(slot->value.state);
	if (!ct_state_is_idle(state))
		return false;
	taken = ct_entry_take(&slot->value, state);
	if (!taken)
		return false;
	CT(ct_slot_write)(slot, tags, oldest, tag, taken, key, value);
	return true;
}

/* Inserts a connection; its key's lock is held. */
inline_always int CT(ct_table_insert_locked)(struct CT(ct_set) *first, __u64 *first_tags, struct CT(ct_set) *second, __u64 *second_tags, __u64 tag,
					     const struct CT(ct_key) *key, const struct ct_value *value, __u32 now)
{
	__u32 state = 0, way, free_first, free_second;

	way = CT(ct_set_find)(first, ct_tag_matches(READ_ONCE(*first_tags), tag), key, &state);
	if (way < CT_WAYS && ct_entry_replace(&first->slot[way].value, state, value, now))
		return 0;
	way = CT(ct_set_find)(second, ct_tag_matches(READ_ONCE(*second_tags), tag), key, &state);
	if (way < CT_WAYS && ct_entry_replace(&second->slot[way].value, state, value, now))
		return 0;

	/* The first set until it is half full, then the emptier one: look-ups mostly need one set, and both fill up late. */
	free_first = ct_tag_count(ct_tag_matches(READ_ONCE(*first_tags), 0));
	free_second = ct_tag_count(ct_tag_matches(READ_ONCE(*second_tags), 0));
	if (free_first < CT_WAYS / 2 && free_second > free_first && CT(ct_set_use_free)(second, second_tags, tag, key, value))
		return 0;
	if (CT(ct_set_use_free)(first, first_tags, tag, key, value) || CT(ct_set_use_free)(second, second_tags, tag, key, value))
		return 0;
	if (CT(ct_set_count_stale)(second, now) > CT(ct_set_count_stale)(first, now)) {
		if (CT(ct_set_use_stale)(second, second_tags, tag, key, value, now))
			return 0;
	} else if (CT(ct_set_use_stale)(first, first_tags, tag, key, value, now)) {
		return 0;
	}
	if (CT(ct_set_use_unanswered)(first, first_tags, tag, key, value, now) || CT(ct_set_use_unanswered)(second, second_tags, tag, key, value, now))
		return 0;
	return CT_NO_ROOM;
}

/* Inserts a connection. 0 or CT_NO_ROOM. */
slow_path int CT(ct_table_insert)(const struct CT(ct_key) *key, const struct ct_value *value)
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
