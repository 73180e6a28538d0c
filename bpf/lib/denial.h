/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* denial.h: flows that were denied a moment ago. Repeated denials are counted here and reported once a second. */
#pragma once

#include "conntrack.h"
#include "outcome.h"

#define DENIAL_SLOTS 1024
#ifndef DENIAL_SECONDS			/* another build, for tests */
#define DENIAL_SECONDS 5
#endif

struct denial {				/* for the programs only; what an overwritten one had counted is in the metrics */
	struct address source;
	struct address destination;
	__be16 sport;
	__be16 dport;
	__u8 family;
	__u8 proto;
	__u8 direction;
	__u8 reason;
	__u16 source_endpoint;
	__u16 destination_endpoint;
	__u32 given_identity;
	__u32 source_identity;
	__u32 destination_identity;
	__u32 number;			/* see revision.h; 0: empty */
	__u32 expires;
	__u32 reported;			/* ticks of the last event */
	__u32 count;			/* drops since */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DENIAL_SLOTS);
	__type(key, __u32);
	__type(value, struct denial);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_denial SEC(".maps");

inline_always struct denial *denial_slot(const struct packet *p)
{
	__u64 hash = p->source.word[0] + p->source.word[3] + ((__u64)(p->destination.word[0] + p->destination.word[3]) << 32);
	__u32 index;

	hash ^= (__u64)p->sport << 16 | (__u64)p->dport << 32 | p->proto;
	index = (hash * 0x9e3779b97f4a7c15ULL) >> 54;
	return bpf_map_lookup_elem(&cilium_denial, &index);
}

inline_always bool denial_is_of(const struct denial *denial, const struct packet *p)
{
	return denial->sport == p->sport && denial->dport == p->dport && denial->proto == p->proto && denial->family == p->family &&
	       denial->given_identity == p->given_identity &&
	       address_equals(&denial->source, &p->source) && address_equals(&denial->destination, &p->destination);
}

inline_always bool denial_holds(const struct denial *denial)
{
	return revision_is_latest(denial->number) || verdict_holds_still(denial->number, denial->source_endpoint, denial->destination_endpoint);
}

slow_path int denial_report(struct __sk_buff *ctx, struct packet *p, struct denial *denial)
{
	if (!p || !denial)
		return 0;
	p->direction = denial->direction;
	p->source_endpoint = denial->source_endpoint;
	p->destination_endpoint = denial->destination_endpoint;
	p->source_identity = denial->source_identity;
	p->destination_identity = denial->destination_identity;
	p->repeated = denial->count;
	denial->count = 0;
	denial->reported = clock_ticks();
	event_send(ctx, p, EVENT_DROP, denial->reason, 0);
	return 0;
}

/* True when this packet was denied again, counted and done with. */
inline_always bool denial_again(struct __sk_buff *ctx, struct packet *p, __u32 now)
{
	struct denial *denial = denial_slot(p);

	if (!denial || !denial->number || !denial_is_of(denial, p) || clock_passed(now, denial->expires) || !denial_holds(denial))
		return false;
	metrics_count(ctx, denial->reason, denial->direction);
	outcome_leave(ctx, OUTCOME_DROP, denial->reason, 0);
	if (unlikely(now - denial->reported >= config.second))
		denial_report(ctx, p, denial);
	else
		denial->count++;
	return true;
}

/* Remembers a denial; the packet takes over drops of the same flow that were not reported yet. */
slow_path int denial_remember(struct packet *p, __u32 reason)
{
	struct denial *denial;
	__u32 now = clock_ticks();

	if (!p || !p->number)
		return 0;
	denial = denial_slot(p);
	if (!denial)
		return 0;
	if (denial->number && denial_is_of(denial, p))
		p->repeated = denial->count;
	denial->source = p->source;
	denial->destination = p->destination;
	denial->sport = p->sport;
	denial->dport = p->dport;
	denial->family = p->family;
	denial->proto = p->proto;
	denial->direction = p->direction;
	denial->reason = reason;
	denial->source_endpoint = p->source_endpoint;
	denial->destination_endpoint = p->destination_endpoint;
	denial->given_identity = p->given_identity;
	denial->source_identity = p->source_identity;
	denial->destination_identity = p->destination_identity;
	denial->number = p->number;
	denial->expires = now + DENIAL_SECONDS * config.second;
	denial->reported = now;
	denial->count = 0;
	return 0;
}
