/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack_layout.h: the number of what lies where in everything that holds connections: entries, keys, and where the table puts a key. Connections
 * of every older layout are moved, each by a function here; what a newer version has pinned is refused by the agent. */
#pragma once

#include "conntrack_entry.h"

/* Grows with every change of ct_value, ct_key4, ct_key6, ct_place_of or ct_hash_add, once released. A build may say another one (eng/Bpf.targets). */
#ifndef CT_LAYOUT
#define CT_LAYOUT 1
#endif

/* 0: what was pinned before layouts were numbered, with the structs of layout 1. */
inline_always void ct_from_layout0(struct ct_value *value, const struct ct_value *old)
{
	__builtin_memcpy(value, old, sizeof(*value));
}

inline_always void ct_to_layout0(struct ct_value *old, const struct ct_value *value)
{
	__builtin_memcpy(old, value, sizeof(*old));
}
