/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_table.h: connections in a table of our own, which the agent reads and cleans through shared memory.
 *
 * A connection may stand in one of two sets of eight slots; a byte of its hash stands in the set's word of tags, so that a look-up reads one
 * word and then, almost always, only the slot that it wants. Who inserts holds the lock of the key, so that a key never stands twice, and takes
 * a slot by compare and swap of its state, because keys with other locks want slots of the same set. When both sets are full, a slot whose
 * connection has expired is used again, then one whose connection was never answered: such a flow, were it met again, would be judged as before.
 * An established connection is never forgotten before its time; a new one is refused instead. */
#pragma once

#include "conntrack_entry.h"
#include "conntrack_key.h"
#include "config.h"

#define CT_WAYS 8
#define CT_SETS_MAX 8192		/* the loader sets another number */
#define CT_LOCKS 4096
#define CT_TAG_ONES 0x0101010101010101ULL
#define CT_TAG_LOWS 0x7f7f7f7f7f7f7f7fULL
#define CT_WAY_OF_BIT 0x0001020304050607ULL
#define CT_HASH_FACTOR 0x9e3779b97f4a7c15ULL	/* 2^64 / golden ratio (Knuth, TAOCP 6.4) */
#define CT_TRIES 3			/* slots without a tag: one that is not free is being written by another processor at this moment */
#define CT_NO_ROOM 1
#define CT_NOWHERE (~0U)

/* Expired slots are used again a tick later: a program that found the connection just before is done with it by then. */
#define CT_REUSE_TICKS 1

struct ct_lock {
	struct bpf_spin_lock lock;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_LOCKS);
	__type(key, __u32);
	__type(value, struct ct_lock);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_ct_lock SEC(".maps");

struct ct_info {			/* mirrored by ConntrackInfo.cs; what the agent must know of a table that is pinned */
	__u64 seed;
	__u32 table;			/* 0: connections are kept in conntrack_lru.h */
	__u32 layout;			/* see conntrack_layout.h */
};

struct {				/* for the agent only */
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ct_info);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_ct_info SEC(".maps");

struct ct_place {			/* where a key may stand */
	__u32 set[2];
	__u32 lock;
	__u64 tag;			/* never 0 */
};

/* Four parts of the hash that do not determine each other: a tag that followed from the set's index would tell nothing. */
inline_always void ct_place_of(__u64 hash, __u32 sets, struct ct_place *place)
{
	__u64 second = (hash ^ hash >> 29) * CT_HASH_FACTOR;
	__u64 none;

	place->set[0] = (hash & 0xffffffff) * sets >> 32;
	place->set[1] = (second >> 32) * sets >> 32;
	place->lock = (second & 0xffffffff) * CT_LOCKS >> 32;
	place->tag = hash >> 56;
	none = place->tag - 1;
	opaque(none);			/* no branch, as in ct_place_swap_if_less */
	place->tag += none >> 63;
}

/* Puts the second set first if left < right, both being small. Without a branch: the verifier would follow either way to the end. */
inline_always void ct_place_swap_if_less(struct ct_place *place, __u32 left, __u32 right)
{
	__u32 less = (left - right) >> 31, change;

	opaque(less);
	change = (place->set[0] ^ place->set[1]) & -less;
	place->set[0] ^= change;
	place->set[1] ^= change;
}

inline_always __u64 ct_hash_add(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * CT_HASH_FACTOR;
	return hash ^ hash >> 32;
}

/* The highest bit of every byte of the word that equals the tag, exactly. */
inline_always __u64 ct_tag_matches(__u64 word, __u64 tag)
{
	__u64 differs = word ^ tag * CT_TAG_ONES;

	return ~(((differs & CT_TAG_LOWS) + CT_TAG_LOWS) | differs | CT_TAG_LOWS);
}

/* Number of the lowest byte that matches. */
inline_always __u32 ct_tag_way(__u64 matches)
{
	return (((matches & -matches) >> 7) * CT_WAY_OF_BIT >> 56) & (CT_WAYS - 1);
}

inline_always __u32 ct_tag_count(__u64 matches)
{
	return (matches >> 7) * CT_TAG_ONES >> 56;
}

/* Puts a tag in the place of another; nobody else changes the byte of a slot that is taken. */
inline_always void ct_tag_replace(__u64 *tags, __u32 way, __u64 tag)
{
	__u64 old = READ_ONCE(*tags) >> 8 * way & 0xff;

	__sync_fetch_and_xor(tags, (old ^ tag) << 8 * way);
}

/* 1 when a slot that is valid may be used for another connection; see clock_passed. */
inline_always __u64 ct_slot_stale_bit(const struct ct_value *entry, __u32 now)
{
	return ~(now - CT_REUSE_TICKS - READ_ONCE(entry->expires)) >> 31;
}

#define CT_ANSWERED (1LL << 40)		/* more than any time, with a way below it */

/* 1 when not only the initiator has sent something. */
inline_always __u64 ct_slot_answered_bit(const struct ct_value *entry)
{
	__u64 second = READ_ONCE(entry->flags) & CT_INITIATOR;
	__u64 seen = READ_ONCE(entry->side[0].seen) * second;

	opaque(second);
	seen |= READ_ONCE(entry->side[1].seen) * (1 - second);
	opaque(seen);
	return -seen >> 63;
}

#define CT_FAMILY 4
#define CT_KEY_WORDS 2
#include "conntrack_table_family.h"
#undef CT_FAMILY
#undef CT_KEY_WORDS

#define CT_FAMILY 6
#define CT_KEY_WORDS 5
#include "conntrack_table_family.h"
#undef CT_FAMILY
#undef CT_KEY_WORDS
