/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* metrics.h: packets and bytes by reason and direction; reason 0: forwarded. */
#pragma once

#include "compiler.h"
#include "direction.h"

struct metric {				/* mirrored by MetricValue.cs */
	__u64 packets;
	__u64 bytes;
};

struct {				/* index: reason * 2 + direction */
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, struct metric);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_metrics SEC(".maps");

inline_always void metrics_count(struct __sk_buff *ctx, __u32 reason, __u32 direction)
{
	__u32 index = (reason << 1 | (direction & 1)) & 511;
	struct metric *metric = bpf_map_lookup_elem(&cilium_metrics, &index);

	if (metric) {
		metric->packets++;
		metric->bytes += ctx->len;
	}
}
