// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* clock: tells the agent and the command line what time it is for the maps. Never attached; run by BPF_PROG_TEST_RUN. */
#include "compiler.h"

SEC("tc")
int clock(struct __sk_buff *ctx)
{
	__u64 jiffies = bpf_jiffies64();

	ctx->cb[0] = (__u32)jiffies;
	ctx->cb[1] = jiffies >> 32;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
