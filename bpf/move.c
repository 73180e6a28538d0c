// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* move: takes one connection over from the container that was used before, as a packet of it would. Never attached; the agent runs it by
 * BPF_PROG_TEST_RUN for every connection that it finds there, because only a program can do it without a packet coming in between. */
#include "compiler.h"
#include "lib/conntrack.h"

#define MOVE_OFFSET 64			/* behind headers that the kernel wants to see whole */

struct move {				/* mirrored by MoveRequest.cs */
	struct ct_key6 key;		/* IPv4: its key at the beginning */
	__u32 family;
	__u32 pad;
};

slow_path int move_connection(const struct move *request)
{
	struct move own;

	if (!config.previous_container || !request)
		return CT_ADOPTION_GONE;
	own = *request;			/* Linux 6.1 takes no key from an argument */
	if (own.family == FAMILY_IPV6)
		return ct_adopt6(&own.key);
	return ct_adopt4((const struct ct_key4 *)&own.key);
}

SEC("tc")
int move(struct __sk_buff *ctx)
{
	struct move request;

	if (bpf_skb_load_bytes(ctx, MOVE_OFFSET, &request, sizeof(request)))
		return CT_ADOPTION_GONE;
	return move_connection(&request);
}

char _license[] SEC("license") = "Dual BSD/GPL";
