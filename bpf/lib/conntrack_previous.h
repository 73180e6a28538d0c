/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_previous.h: while connections move from the container that was used before (another kind, size or layout) into the one that is used now.
 * A connection that is not found is looked up there and adopted; one that begins is stored in both, because a device whose program was not replaced
 * yet knows only the old one. When no connections move, the loader says so by a constant, and the verifier takes all of this away. */
#pragma once

#include "conntrack.h"
#include "conntrack_layout.h"

enum ct_container {			/* mirrored by ConntrackContainer.cs */
	CT_CONTAINER_NONE = 0,
	CT_CONTAINER_LRU = 1,
	CT_CONTAINER_TABLE = 2,
};

enum ct_adoption {			/* mirrored by MoveResult.cs */
	CT_ADOPTED = 0,
	CT_ADOPTION_THERE = 1,		/* the new container has it already */
	CT_ADOPTION_GONE = 2,		/* the old one has not, or it has ended */
	CT_ADOPTION_NO_ROOM = 3,
};

struct {				/* the pinned lock of the old table */
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_LOCKS);
	__type(key, __u32);
	__type(value, struct ct_lock);
} cilium_old_lock SEC(".maps");

struct {				/* a connection between two containers; not on the stack, as in packet.h */
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ct_value);
} cilium_ct_moved SEC(".maps");

/* What has ended is not worth moving: it would only wait for its end once more. */
inline_always bool ct_is_alive(const struct ct_value *value, __u32 now)
{
	return !ct_is_expired(value, now) && (value->flags & CT_CLOSED) != CT_CLOSED;
}

/* Reads an entry of the old container. False when it is another connection's by now. A verdict that is being replaced is not taken over. */
inline_always bool ct_old_read(struct ct_value *value, const struct ct_value *old, __u32 state)
{
	if (config.previous_layout == CT_LAYOUT)
		__builtin_memcpy(value, old, sizeof(*value));
	else
		ct_from_layout0(value, old);
	if (!ct_is_same(old, state))
		return false;
	if (state & CT_LOCKED || READ_ONCE(old->state) & CT_LOCKED)
		value->verdict = 0;
	return true;
}

/* The connection is in both: programs of both builds were at work while devices got new ones. What the old entry has seen belongs to the new one too. */
inline_always void ct_merge(struct ct_value *entry, struct ct_value *old, __u32 now)
{
	__u32 flags = READ_ONCE(old->flags), expires = READ_ONCE(old->expires);

	if ((flags ^ READ_ONCE(entry->flags)) & CT_INITIATOR)
		return;
	entry->side[0].seen |= old->side[0].seen;
	entry->side[1].seen |= old->side[1].seen;
	flags |= ct_add_flags(entry, flags & (CT_CLOSED | CT_ESTABLISHED));
	if ((flags & CT_CLOSED) == CT_CLOSED) {
		if (clock_passed(READ_ONCE(entry->expires), now + config.close_lifetime))
			entry->expires = now + config.close_lifetime;
	} else if (clock_passed(expires, READ_ONCE(entry->expires))) {
		entry->expires = expires;
	}
	__sync_fetch_and_add(&entry->unreported, __sync_lock_test_and_set(&old->unreported, 0));
}

#define CT_FAMILY 4
#define CT_KEY_WORDS 2
#include "conntrack_previous_family.h"
#undef CT_FAMILY
#undef CT_KEY_WORDS

#define CT_FAMILY 6
#define CT_KEY_WORDS 5
#include "conntrack_previous_family.h"
#undef CT_FAMILY
#undef CT_KEY_WORDS

/* Takes the connection of a packet over from the old container. */
slow_path int ct_adopt(const struct packet *p)
{
	union ct_key key;

	if (!config.previous_container || !p)
		return CT_ADOPTION_GONE;
	if (config.ipv4 && p->family == FAMILY_IPV4) {
		ct_key4_of(p, &key.v4);
		return ct_adopt4(&key.v4);
	}
	if (config.ipv6 && p->family == FAMILY_IPV6) {
		ct_key6_of(p, &key.v6);
		return ct_adopt6(&key.v6);
	}
	return CT_ADOPTION_GONE;
}

/* As ct_find, behind ct_adopt and out of the way. What was adopted is judged again: the same comes out as long as its verdict holds. */
static __noinline __attribute__((unused)) struct ct_value *ct_find_adopted(struct packet *p, __u32 *side)
{
	return ct_find_seldom(p, side);
}

/* Stores a connection that begins in the old container too. That it has no room there matters only where it has none for others either. */
slow_path int ct_old_insert(const struct packet *p, const struct ct_value *value)
{
	struct ct_value *old;
	union ct_key key;
	__u32 zero = 0;

	if (!config.previous_container || !p || !value)
		return 0;
	old = bpf_map_lookup_elem(&cilium_ct_moved, &zero);	/* Linux 6.1 takes no value from an argument either */
	if (!old)
		return 0;
	if (config.previous_layout == CT_LAYOUT)
		__builtin_memcpy(old, value, sizeof(*old));
	else
		ct_to_layout0(old, value);
	old->unreported = 0;
	if (config.ipv4 && p->family == FAMILY_IPV4) {
		ct_key4_of(p, &key.v4);
		ct_old_insert4(&key.v4, old);
	} else if (config.ipv6 && p->family == FAMILY_IPV6) {
		ct_key6_of(p, &key.v6);
		ct_old_insert6(&key.v6, old);
	}
	return 0;
}

/* The packet's connection has been closed: nobody may adopt it as an open one. */
slow_path int ct_old_close(const struct packet *p)
{
	struct ct_value *old = NULL;
	union ct_key key;
	__u32 state;

	if (!config.previous_container || !p)
		return 0;
	if (config.ipv4 && p->family == FAMILY_IPV4) {
		ct_key4_of(p, &key.v4);
		old = ct_old_find4(&key.v4, &state);
	} else if (config.ipv6 && p->family == FAMILY_IPV6) {
		ct_key6_of(p, &key.v6);
		old = ct_old_find6(&key.v6, &state);
	}
	if (old)
		ct_add_flags(old, CT_CLOSED);
	return 0;
}
