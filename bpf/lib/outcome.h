/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* outcome.h: what became of a packet, left in its control block for whoever injected it. */
#pragma once

#include "events.h"
#include "metrics.h"

enum outcome {				/* VerdictKind + 1 */
	OUTCOME_DROP = 1,
	OUTCOME_TO_ENDPOINT = 2,
	OUTCOME_TO_STACK = 3,
	OUTCOME_ANSWERED = 4,
	OUTCOME_CONSUMED = 5,
	OUTCOME_TO_OVERLAY = 6,
};

/* cb[0]: outcome, then a byte of drop reason, then the endpoint's number. */
inline_always void outcome_leave(struct __sk_buff *ctx, __u32 outcome, __u32 reason, __u32 endpoint)
{
	ctx->cb[0] = outcome | reason << 8 | endpoint << 16;
}

inline_always int outcome_pass(struct __sk_buff *ctx, __u32 direction)
{
	metrics_count(ctx, DROP_NONE, direction);
	outcome_leave(ctx, OUTCOME_TO_STACK, 0, 0);
	return TC_ACT_OK;
}

inline_always int outcome_consume(struct __sk_buff *ctx)
{
	outcome_leave(ctx, OUTCOME_CONSUMED, 0, 0);
	return TC_ACT_SHOT;
}

/* Drops the packet: counted, reported. The reason is positive. */
slow_path int packet_drop(struct __sk_buff *ctx, const struct packet *p, __u32 reason)
{
	if (!p)
		return TC_ACT_SHOT;
	metrics_count(ctx, reason, p->direction);
	if (event_is_affordable(p))
		event_send(ctx, p, EVENT_DROP, reason, 0);
	else
		event_lose();
	outcome_leave(ctx, OUTCOME_DROP, reason & 0xff, 0);
	return TC_ACT_SHOT;
}
