/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_entry.h: what is known of a connection, and how its memory is shared. An entry's memory may be given to another connection at any
 * moment, also under the eyes of a program that has just found it. So its state holds a generation: who reads an entry looks at the state
 * before and after, and who changes what a verdict says takes the entry for itself first, by compare and swap. Loads are kept in order by
 * x86; another machine needs load-acquire here. */
#pragma once

#include "clock.h"
#include "compiler.h"

enum ct_flags {
	CT_INITIATOR = 1,		/* side that sent the first packet */
	CT_CLOSING_0 = 2,		/* side 0 has sent FIN, or either side RST */
	CT_CLOSING_1 = 4,
	CT_CLOSED = CT_CLOSING_0 | CT_CLOSING_1,
	CT_ESTABLISHED = 8,		/* TCP: more than a SYN was seen */
};

enum ct_state {				/* the two lowest bits; above them the generation */
	CT_FREE = 0,
	CT_LOCKED = 1,			/* alone: being written or removed; with CT_VALID: its verdict is being replaced */
	CT_VALID = 2,			/* key and value belong together */
	CT_GENERATION = 4,
};

/* Marks that a side has sent something, for packets without TCP flags: the flag that says nothing about a connection's state (PSH). */
#define CT_SEEN_ANY 0x08

struct ct_side {			/* mirrored by ConntrackSide.cs */
	__u32 identity;
	__u32 cookie;			/* rule that lets this side send (initiator) or receive (responder); not on this node: ipcache_value.tunnel */
	__u16 endpoint;			/* where it is attached; 0: not on this node */
	__u8 seen;			/* TCP flags that it has sent; 0: nothing */
	__u8 shape;			/* of the deciding policy entry */
};

/* 48 bytes: with the key of an IPv4 connection it fills one cache line. */
struct ct_value {			/* mirrored by ConntrackValue.cs */
	__u64 unreported;		/* packets << 40 | bytes that the policy counters do not hold yet */
	__u32 state;			/* enum ct_state */
	__u32 expires;			/* ticks; the last refresh was a lifetime before */
	__u32 verdict;			/* number of the judgement; see revision.h */
	__u16 flags;			/* see ct_add_flags */
	__be16 proxy_port;
	struct ct_side side[2];
};

/* Adds flags; gives those that were set before. Atomic operations are 32 bits wide: the port beside them gets nothing added. */
inline_always __u32 ct_add_flags(struct ct_value *entry, __u16 flags)
{
	return __sync_fetch_and_or((__u32 *)&entry->flags, flags) & 0xffff;
}

/* True while the entry still is what it was when its state was read; that its verdict is being replaced does not matter. */
inline_always bool ct_is_same(const struct ct_value *entry, __u32 state)
{
	return !((READ_ONCE(entry->state) ^ state) & ~CT_LOCKED);
}

/* Takes an entry to replace its verdict. False: somebody else does, or it is not that connection's any more. */
inline_always bool ct_lock(struct ct_value *entry, __u32 state)
{
	state &= ~CT_LOCKED;
	return __sync_val_compare_and_swap(&entry->state, state, state | CT_LOCKED) == state;
}

inline_always void ct_unlock(struct ct_value *entry, __u32 state)
{
	__sync_lock_test_and_set(&entry->state, state & ~CT_LOCKED);
}

inline_always bool ct_is_expired(const struct ct_value *entry, __u32 now)
{
	return clock_passed(now, READ_ONCE(entry->expires));
}

/* True when an entry holds a connection that nobody is working at. */
inline_always bool ct_state_is_idle(__u32 state)
{
	return (state & (CT_LOCKED | CT_VALID)) == CT_VALID;
}

/* The same as a number. */
inline_always __u64 ct_state_idle_bit(__u32 state)
{
	return state >> 1 & ~state & 1;
}

/* Takes an entry away from its connection, to remove it or to write another one. 0: somebody was faster. */
inline_always __u32 ct_entry_take(struct ct_value *entry, __u32 state)
{
	__u32 taken = ((state & ~(CT_GENERATION - 1)) + CT_GENERATION) | CT_LOCKED;

	return __sync_val_compare_and_swap(&entry->state, state, taken) == state ? taken : 0;
}

/* Gives back an entry that was taken: nothing stands there. */
inline_always void ct_entry_free(struct ct_value *entry, __u32 taken)
{
	__sync_lock_test_and_set(&entry->state, taken & ~(CT_LOCKED | CT_VALID));
}

/* Writes a value into an entry that is taken, all but the state. */
inline_always void ct_entry_fill(struct ct_value *entry, const struct ct_value *value)
{
	entry->unreported = value->unreported;
	entry->expires = value->expires;
	__builtin_memcpy(&entry->verdict, &value->verdict, sizeof(*entry) - offsetof(struct ct_value, verdict));
}

/* Lets others see what was written into an entry that was taken. */
inline_always void ct_entry_publish(struct ct_value *entry, __u32 taken)
{
	__sync_lock_test_and_set(&entry->state, (taken & ~CT_LOCKED) | CT_VALID);
}

/* A connection stands under the key already: it stays while it lives (another processor was faster), else it is replaced. False: it is being
 * removed. */
inline_always bool ct_entry_replace(struct ct_value *entry, __u32 state, const struct ct_value *value, __u32 now)
{
	__u32 taken;

	if (!ct_is_expired(entry, now) && (READ_ONCE(entry->flags) & CT_CLOSED) != CT_CLOSED)
		return true;
	taken = ct_state_is_idle(state) ? ct_entry_take(entry, state) : 0;
	if (!taken)
		return READ_ONCE(entry->state) & CT_VALID;
	ct_entry_fill(entry, value);
	ct_entry_publish(entry, taken);
	return true;
}
