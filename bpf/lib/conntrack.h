/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* conntrack.h: state of every connection through this node. One entry serves both directions and both policies; what belongs to one end
 * stands under its side. Where entries are kept is the matter of conntrack_table.h or conntrack_lru.h. */
#pragma once

#include "conntrack_lru.h"
#include "conntrack_table.h"
#include "policy.h"
#include "revision.h"

inline_always struct ct_value *ct_find4(const struct ct_key4 *key, __u32 *state)
{
	struct ct_value *value;

	if (config.conntrack_table)
		return ct_table_find4(key, state);
	value = bpf_map_lookup_elem(&cilium_ct4, key);
	keep_apart(4);
	return ct_lru_found(value, state);
}

inline_always struct ct_value *ct_find6(const struct ct_key6 *key, __u32 *state)
{
	struct ct_value *value;

	if (config.conntrack_table)
		return ct_table_find6(key, state);
	value = bpf_map_lookup_elem(&cilium_ct6, key);
	keep_apart(6);
	return ct_lru_found(value, state);
}

/* The entry of this packet's connection, or NULL; side: where the packet's source stands; p->entry_state: see ct_is_same. */
inline_always struct ct_value *ct_find(struct packet *p, __u32 *side)
{
	union ct_key key;

	if (config.ipv4 && p->family == FAMILY_IPV4) {
		*side = ct_key4_of(p, &key.v4);
		return ct_find4(&key.v4, &p->entry_state);
	}
	if (config.ipv6 && p->family == FAMILY_IPV6) {
		*side = ct_key6_of(p, &key.v6);
		return ct_find6(&key.v6, &p->entry_state);
	}
	return NULL;
}

/* The same where speed does not matter. */
inline_always struct ct_value *ct_find_seldom(struct packet *p, __u32 *side)
{
	union ct_key key;

	if (config.conntrack_table && config.ipv4 && p->family == FAMILY_IPV4) {
		*side = ct_key4_of(p, &key.v4);
		return ct_table_find_seldom4(&key.v4, &p->entry_state);
	}
	if (config.conntrack_table && config.ipv6 && p->family == FAMILY_IPV6) {
		*side = ct_key6_of(p, &key.v6);
		return ct_table_find_seldom6(&key.v6, &p->entry_state);
	}
	return config.conntrack_table ? NULL : ct_find(p, side);
}

inline_always int ct_insert4(const struct ct_key4 *key, struct ct_value *value)
{
	if (config.conntrack_table)
		return ct_table_insert4(key, value);
	return ct_lru_insert(&cilium_ct4, key, value);
}

inline_always int ct_insert6(const struct ct_key6 *key, struct ct_value *value)
{
	if (config.conntrack_table)
		return ct_table_insert6(key, value);
	return ct_lru_insert(&cilium_ct6, key, value);
}

/* True when the packet belongs to the entry: it has not expired, and no new connection begins under the same ports. */
inline_always bool ct_belongs(const struct ct_value *entry, const struct packet *p, __u32 now)
{
	if (ct_is_expired(entry, now))
		return false;
	return (READ_ONCE(entry->flags) & CT_CLOSED) != CT_CLOSED || !packet_is_syn(p);
}

/* True while nothing has changed that a verdict of this number between two ends depends on; an end that is no endpoint here is 0. */
inline_always bool verdict_holds_still(__u32 number, __u32 one, __u32 other)
{
	return revision_holds_addresses(number) && (!one || policy_holds(one, number)) && (!other || policy_holds(other, number));
}

inline_always bool ct_holds_still(const struct ct_value *entry, __u32 number)
{
	return verdict_holds_still(number, READ_ONCE(entry->side[0].endpoint), READ_ONCE(entry->side[1].endpoint));
}

/* True while nothing that the verdict depends on has changed since. */
inline_always bool ct_holds(const struct ct_value *entry)
{
	__u32 number = READ_ONCE(entry->verdict);

	return revision_is_latest(number) || ct_holds_still(entry, number);
}

/* The same where speed does not matter. */
slow_path int ct_holds_seldom(const struct ct_value *entry)
{
	return entry && ct_holds(entry);
}

/* Gives a verdict that holds the last number, so that the next packets need to look at that alone. The entry is locked: what is looked at is what
 * gets the number. A change that begins meanwhile gets a higher one. */
inline_always void ct_renew(struct ct_value *entry, __u32 state)
{
	__u32 settled = revision_settled();
	__u32 number = READ_ONCE(entry->verdict);

	if (number >= settled || !ct_lock(entry, state))
		return;
	number = READ_ONCE(entry->verdict);
	if (number < settled && ct_holds_still(entry, number) && revision_settled() == settled)
		WRITE_ONCE(entry->verdict, settled);
	ct_unlock(entry, state);
}

inline_always __u32 ct_lifetime(__u8 proto, __u32 flags)
{
	if (proto != IPPROTO_TCP)
		return config.other_lifetime;
	if ((flags & CT_CLOSED) == CT_CLOSED)
		return config.close_lifetime;
	return flags & CT_ESTABLISHED ? config.tcp_lifetime : config.syn_lifetime;
}

inline_always __u8 ct_seen(const struct packet *p)
{
	return p->tcp_flags ? p->tcp_flags : CT_SEEN_ANY;
}

/* Flags that the connection gets by this packet of that side. */
inline_always __u32 ct_advance(const struct packet *p, __u32 side)
{
	__u32 flags = 0;

	if (p->proto != IPPROTO_TCP || p->kind & PACKET_LATER_FRAGMENT)
		return flags;
	if (!(p->tcp_flags & TCP_SYN))
		flags |= CT_ESTABLISHED;
	if (p->tcp_flags & TCP_FIN)
		flags |= side ? CT_CLOSING_1 : CT_CLOSING_0;
	if (p->tcp_flags & TCP_RST)
		flags |= CT_CLOSED;
	return flags;
}

/* Moves what is not counted yet to the counters of the policy entries that let the connection pass. */
slow_path int ct_report(struct ct_value *entry, const struct packet *p, __u32 side)
{
	__u32 initiator;
	__be16 port;
	__u64 amount, packets, bytes;

	if (!entry || !p)
		return 0;
	amount = __sync_lock_test_and_set(&entry->unreported, 0);
	if (!amount)
		return 0;
	packets = amount >> 40;
	bytes = amount & ((1ULL << 40) - 1);
	initiator = entry->flags & CT_INITIATOR;
	port = packet_policy_port(p->proto, (side & 1) == initiator ? p->dport : p->sport);
	if (initiator) {
		if (entry->side[1].endpoint)
			policy_count(entry->side[1].endpoint, entry->side[0].identity, port, p->proto, EGRESS, entry->side[1].shape, packets, bytes);
		if (entry->side[0].endpoint)
			policy_count(entry->side[0].endpoint, entry->side[1].identity, port, p->proto, INGRESS, entry->side[0].shape, packets, bytes);
	} else {
		if (entry->side[0].endpoint)
			policy_count(entry->side[0].endpoint, entry->side[1].identity, port, p->proto, EGRESS, entry->side[0].shape, packets, bytes);
		if (entry->side[1].endpoint)
			policy_count(entry->side[1].endpoint, entry->side[0].identity, port, p->proto, INGRESS, entry->side[1].shape, packets, bytes);
	}
	return 0;
}

slow_path int ct_old_close(const struct packet *p);	/* conntrack_previous.h */

/* The once-a-second part, and what a TCP flag not seen before brings. 1 when the connection is closed. */
slow_path int ct_refresh(struct ct_value *entry, const struct packet *p, __u32 side)
{
	__u32 now = clock_ticks();
	__u32 flags;

	if (!entry || !p)
		return 0;
	flags = ct_advance(p, side);
	flags |= ct_add_flags(entry, flags);
	if (side)
		entry->side[1].seen |= ct_seen(p);
	else
		entry->side[0].seen |= ct_seen(p);
	entry->expires = now + ct_lifetime(p->proto, flags);
	ct_renew(entry, p->entry_state);
	ct_report(entry, p, side);
	return (flags & CT_CLOSED) == CT_CLOSED;
}

/* Ticks since the entry was refreshed; very many when it was by other lifetimes than those of now. */
inline_always __u32 ct_refreshed_before(const struct ct_value *entry, __u8 proto, __u32 now)
{
	return now + ct_lifetime(proto, READ_ONCE(entry->flags)) - READ_ONCE(entry->expires);
}

/* Counts a packet that passed. */
inline_always void ct_track(struct __sk_buff *ctx, struct ct_value *entry, const struct packet *p, __u32 side, __u32 now)
{
	__u8 seen = side ? entry->side[1].seen : entry->side[0].seen;

	__sync_fetch_and_add(&entry->unreported, (1ULL << 40) + ctx->len);
	if (unlikely(ct_seen(p) & ~seen || ct_refreshed_before(entry, p->proto, now) >= config.second)) {
		if (ct_refresh(entry, p, side) && config.previous_container)
			ct_old_close(p);
	}
}

#include "conntrack_previous.h"
