// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* collect: adds to a policy entry's counters what a connection that is collected had not reported. Never attached; the agent runs it by
 * BPF_PROG_TEST_RUN, because only a program can add without losing what other programs add meanwhile. */
#include "compiler.h"
#include "lib/policy.h"

#define COLLECT_OFFSET 64		/* behind headers that the kernel wants to see whole */

struct collect {			/* mirrored by CollectRequest.cs */
	struct policy_key key;
	__u32 pad;
	struct policy_counter amount;
};

SEC("tc")
int collect(struct __sk_buff *ctx)
{
	struct collect request;
	struct policy_counter *counter;

	if (bpf_skb_load_bytes(ctx, COLLECT_OFFSET, &request, sizeof(request)))
		return 1;
	counter = bpf_map_lookup_elem(&cilium_policy_counter, &request.key);
	if (!counter)
		return 1;
	__sync_fetch_and_add(&counter->packets, request.amount.packets);
	__sync_fetch_and_add(&counter->bytes, request.amount.bytes);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
