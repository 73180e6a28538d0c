// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* empty: what the shim costs. */
#include "compiler.h"

SEC("tc")
int empty(struct __sk_buff *ctx)
{
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
