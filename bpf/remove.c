// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* remove: takes a connection out of the kernel's hash, if it still is the one that the agent has looked at. Never attached; the agent runs it by
 * BPF_PROG_TEST_RUN, because only a program can compare and remove without a packet coming in between. */
#include "compiler.h"
#include "lib/conntrack_lru.h"

#define REMOVE_OFFSET 64		/* behind headers that the kernel wants to see whole */

struct remove {				/* mirrored by RemoveRequest.cs */
	struct ct_key6 key;		/* IPv4: its key at the beginning */
	__u32 family;
	__u32 state;			/* in which it was seen */
};

slow_path int remove_connection(const struct remove *request)
{
	struct ct_key6 key;

	if (!request)
		return CT_REMOVAL_GONE;
	key = request->key;		/* Linux 6.1 takes no key from an argument */
	if (request->family == FAMILY_IPV6)
		return ct_lru_remove(&cilium_ct6, &key, request->state);
	return ct_lru_remove(&cilium_ct4, &key, request->state);
}

SEC("tc")
int remove(struct __sk_buff *ctx)
{
	struct remove request;

	if (bpf_skb_load_bytes(ctx, REMOVE_OFFSET, &request, sizeof(request)))
		return CT_REMOVAL_GONE;
	return remove_connection(&request);
}

char _license[] SEC("license") = "Dual BSD/GPL";
