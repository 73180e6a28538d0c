/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* events.h: drops, and one trace per new connection and changed verdict. The reader is never woken, it polls. */
#pragma once

#include "clock.h"
#include "packet.h"

#define EVENTS_BYTES (4 << 20)
#define EVENT_SOURCES 4096		/* endpoints whose numbers are so far apart share a budget */

enum event_type {			/* facts 9.7 */
	EVENT_DROP = 1,
	EVENT_TRACE = 4,
};

enum trace_reason {
	TRACE_NEW = 0,
	TRACE_VERDICT_CHANGED = 16,
};

enum trace_point {
	TRACE_TO_ENDPOINT = 0,
	TRACE_TO_HOST = 2,
	TRACE_TO_STACK = 3,
	TRACE_TO_OVERLAY = 4,
};

struct event {				/* mirrored by EventRecord.cs */
	__u64 jiffies;
	__u8 type;
	__u8 reason;
	__u8 point;
	__u8 direction;
	__u16 source_endpoint;
	__u16 destination_endpoint;
	__u32 source_identity;
	__u32 destination_identity;
	__u32 cookie;
	__u32 ifindex;
	__u32 length;
	__u32 repeated;
	struct address source;
	struct address destination;
	__be16 sport;
	__be16 dport;
	__u8 proto;
	__u8 tcp_flags;
	__u8 family;
	__u8 pad;
};

struct events_lost {			/* mirrored by EventsLost.cs */
	__u64 count;
	struct event layout;		/* never written: makes the event's type known */
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENTS_BYTES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_events SEC(".maps");

struct {				/* 0: events lost since the datapath was set up; 1: those that the reader has reported */
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct events_lost);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_events_lost SEC(".maps");

struct events_budget {
	__u32 tick;
	__u32 sent;			/* in this tick */
};

struct {				/* by endpoint, so that one that floods does not hide what happens to the others */
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EVENT_SOURCES);
	__type(key, __u32);
	__type(value, struct events_budget);
} cilium_events_budget SEC(".maps");

inline_always void event_lose(void)
{
	__u32 zero = 0;
	struct events_lost *lost = bpf_map_lookup_elem(&cilium_events_lost, &zero);

	if (lost)
		__sync_fetch_and_add(&lost->count, 1);
}

/* False when the endpoint that this is about has caused enough drop events for now. */
inline_always bool event_is_affordable(const struct packet *p)
{
	__u32 source = (p->source_endpoint ? p->source_endpoint : p->destination_endpoint) & (EVENT_SOURCES - 1);
	struct events_budget *budget;
	__u32 now = clock_ticks();

	if (!config.drop_events)
		return true;
	budget = bpf_map_lookup_elem(&cilium_events_budget, &source);
	if (!budget)
		return true;
	if (budget->tick != now) {
		budget->tick = now;
		budget->sent = 0;
	}
	return budget->sent++ < config.drop_events;
}

/* Only from functions that the verifier looks at once. */
inline_always void event_send(struct __sk_buff *ctx, const struct packet *p, __u8 type, __u8 reason, __u8 point)
{
	struct event *event;

	event = bpf_ringbuf_reserve(&cilium_events, sizeof(*event), 0);
	if (!event) {
		event_lose();
		return;
	}
	event->jiffies = bpf_jiffies64();
	event->type = type;
	event->reason = reason;
	event->point = point;
	event->direction = p->direction;
	event->source_endpoint = p->source_endpoint;
	event->destination_endpoint = p->destination_endpoint;
	event->source_identity = p->source_identity;
	event->destination_identity = p->destination_identity;
	event->cookie = p->cookie;
	event->ifindex = ctx->ifindex;
	event->length = ctx->len;
	event->repeated = p->repeated;
	event->source = p->source;
	event->destination = p->destination;
	event->sport = p->sport;
	event->dport = p->dport;
	if (p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6) {
		event->sport = p->sport | p->dport;
		event->dport = bpf_htons(p->icmp_type << 8 | p->icmp_code);
	}
	event->proto = p->proto;
	event->tcp_flags = p->tcp_flags;
	event->family = p->family;
	event->pad = 0;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}
