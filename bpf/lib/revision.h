/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* revision.h: the number that makes verdicts valid. Whoever changes what a verdict depends on writes the maps, takes the next number,
 * and stores it as changed_at of what it changed. A judgement reads the number before its first look-up; its result holds
 * as long as that number is not older than any changed_at it depends on. */
#pragma once

#include "compiler.h"

struct revision {			/* mirrored by RevisionValue.cs */
	__u32 number;			/* last number taken; never goes back */
	__u32 addresses_changed_at;	/* number of the last change to what an address resolves to */
	__u32 pending;			/* changes whose number has not been stored yet; see Revision.cs */
	__u32 layout;			/* for the agent only: of everything that is pinned; see DatapathLayout.cs */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct revision);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_revision SEC(".maps");

inline_always struct revision *revision_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&cilium_revision, &zero);
}

/* The number to judge under; 0, older than anything, if there is none. */
inline_always __u32 revision_now(void)
{
	struct revision *revision = revision_get();

	return revision ? READ_ONCE(revision->number) : 0;
}

/* The last number, when every change that has one is finished and none is under way; else 0, which no verdict has that holds. Then a verdict of
 * this number holds, whatever it depends on, for nothing has changed at all. */
inline_always __u32 revision_settled(void)
{
	struct revision *revision = revision_get();

	return revision && !READ_ONCE(revision->pending) ? READ_ONCE(revision->number) : 0;
}

/* True when nothing has changed since this number, which is the case of nearly every packet. */
inline_always bool revision_is_latest(__u32 number)
{
	__u32 settled = revision_settled();

	return settled && number >= settled;
}

inline_always bool revision_holds_addresses(__u32 number)
{
	struct revision *revision = revision_get();

	return revision && number >= READ_ONCE(revision->addresses_changed_at);
}
