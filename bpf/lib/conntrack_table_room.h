/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_table_room.h: room for a connection of one address family whose sets are full; see conntrack_table_family.h. Where it says so, there are no
 * branches: the verifier would follow every combination of them. */

/* The ways whose connections have expired, as ct_tag_matches says it. Without branches. */
inline_always __u64 CT(ct_set_stale)(const struct CT(ct_set) *set, __u32 now)
{
	__u64 stale = 0;

	for (__u32 way = 0; way < CT_WAYS; way++) {
		const struct ct_value *entry = &set->slot[way].value;
		__u64 is_stale = ct_state_idle_bit(READ_ONCE(entry->state)) & ct_slot_stale_bit(entry, now);

		opaque(is_stale);
		stale |= is_stale << (8 * way + 7);
	}
	return stale;
}

/* Takes one of these ways; as ct_set_take_free. */
inline_always __u32 CT(ct_set_take_stale)(struct CT(ct_set) *set, __u64 stale, __u32 now, __u32 *taken)
{
	for (int i = 0; i < CT_WAYS && stale; i++) {
		__u32 way = ct_tag_way(stale);
		__u32 state = READ_ONCE(set->slot[way].value.state);

		stale &= stale - 1;
		if (!ct_state_is_idle(state) || !ct_slot_stale_bit(&set->slot[way].value, now))
			continue;
		*taken = ct_entry_take(&set->slot[way].value, state);
		if (*taken)
			return way;
	}
	return CT_WAYS;
}

/* Takes the slot of the set whose connection has waited for an answer for longest; as ct_set_take_free. */
inline_always __u32 CT(ct_set_take_unanswered)(struct CT(ct_set) *set, __u32 now, __u32 *taken)
{
	__s64 oldest = CT_ANSWERED;
	__u32 state, way;

	for (way = 0; way < CT_WAYS; way++) {
		const struct ct_value *entry = &set->slot[way].value;
		__u32 left = READ_ONCE(entry->expires) - now;
		__s64 younger = (ct_slot_answered_bit(entry) * CT_ANSWERED | (__u64)left << 3 | way) - oldest;
		__s64 is_younger = younger >> 63;

		opaque(is_younger);
		oldest += younger & is_younger;		/* without a branch */
	}
	if (oldest >= CT_ANSWERED)
		return CT_WAYS;
	way = oldest & (CT_WAYS - 1);
	state = READ_ONCE(set->slot[way].value.state);
	*taken = ct_state_is_idle(state) ? ct_entry_take(&set->slot[way].value, state) : 0;
	return *taken ? way : CT_WAYS;
}

slow_path __u32 CT(ct_set_count_stale)(__u32 index)
{
	struct CT(ct_set) *set = bpf_map_lookup_elem(&CT_SETS, &index);

	return set ? ct_tag_count(CT(ct_set_stale)(set, clock_ticks())) : 0;
}

/* Frees a slot of the set: of a connection that has expired (stale), or of one that was never answered. 0 or CT_NO_ROOM. */
slow_path int CT(ct_set_make_room)(__u32 index, __u32 stale)
{
	struct CT(ct_set) *set = bpf_map_lookup_elem(&CT_SETS, &index);
	__u64 *tags = bpf_map_lookup_elem(&CT_TAGS, &index);
	__u32 now = clock_ticks(), taken = 0, way;

	if (!set || !tags)
		return CT_NO_ROOM;
	way = stale ? CT(ct_set_take_stale)(set, CT(ct_set_stale)(set, now), now, &taken) : CT(ct_set_take_unanswered)(set, now, &taken);
	if (way >= CT_WAYS)
		return CT_NO_ROOM;
	ct_tag_replace(tags, way, 0);
	ct_entry_free(&set->slot[way].value, taken);
	return 0;
}

/* Frees a slot of a key whose sets are full: of a connection that has expired, where there are more of them, or else of one that was never
 * answered. Whoever is quicker may take it. 0 or CT_NO_ROOM. */
slow_path int CT(ct_table_make_room)(const struct CT(ct_key) *key)
{
	struct ct_place place;

	if (!key)
		return CT_NO_ROOM;
	CT(ct_table_place)(key, &place);
	ct_place_swap_if_less(&place, CT(ct_set_count_stale)(place.set[0]), CT(ct_set_count_stale)(place.set[1]));
	if (CT(ct_set_make_room)(place.set[0], true) && CT(ct_set_make_room)(place.set[0], false))
		return CT(ct_set_make_room)(place.set[1], false);
	return 0;
}
