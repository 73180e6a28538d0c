// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* insert: puts a connection into the table. Never attached; the agent runs it by BPF_PROG_TEST_RUN, because only a program can hold the lock
 * of a key. */
#include "compiler.h"
#include "lib/conntrack_table.h"

#define INSERT_OFFSET 64		/* behind headers that the kernel wants to see whole */

struct insert {				/* mirrored by InsertRequest.cs */
	struct ct_key6 key;		/* IPv4: its key at the beginning */
	__u32 family;
	__u32 pad;
	struct ct_value value;
};

slow_path int insert_connection(const struct insert *request)
{
	if (!request)
		return CT_NO_ROOM;
	if (request->family == FAMILY_IPV6)
		return ct_table_insert6(&request->key, &request->value);
	return ct_table_insert4((const struct ct_key4 *)&request->key, &request->value);
}

SEC("tc")
int insert(struct __sk_buff *ctx)
{
	struct insert request;

	if (bpf_skb_load_bytes(ctx, INSERT_OFFSET, &request, sizeof(request)))
		return CT_NO_ROOM;
	return insert_connection(&request);
}

char _license[] SEC("license") = "Dual BSD/GPL";
