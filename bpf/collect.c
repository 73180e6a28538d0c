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

slow_path int collect_add(const struct collect *request)
{
	struct policy_counter *counter;
	struct policy_key key;

	if (!request)
		return 1;
	key = request->key;		/* Linux 6.1 takes no key from an argument */
	counter = bpf_map_lookup_elem(&cilium_policy_counter, &key);
	if (!counter)
		return 1;
	__sync_fetch_and_add(&counter->packets, request->amount.packets);
	__sync_fetch_and_add(&counter->bytes, request->amount.bytes);
	return 0;
}

SEC("tc")
int collect(struct __sk_buff *ctx)
{
	struct collect request;

	if (bpf_skb_load_bytes(ctx, COLLECT_OFFSET, &request, sizeof(request)))
		return 1;
	return collect_add(&request);
}

char _license[] SEC("license") = "Dual BSD/GPL";
