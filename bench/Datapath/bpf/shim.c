// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* shim: puts the packet back to what the template says and jumps into the program under test. Alone, with an empty program, it is the floor. */
#include "compiler.h"

#define TEMPLATE_BYTES 96
#define IPV4_SOURCE_PORT 34

struct template {			/* mirrored by FrameTemplate.cs */
	__u64 frame[TEMPLATE_BYTES / 8];
	__u32 mark;
	__u32 port;			/* source port of the next packet */
	__u32 first;			/* after the last port this one comes again */
	__u32 last;			/* 0: every packet has the template's port */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct template);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} bench_template SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} bench_program SEC(".maps");

SEC("tc")
int shim(struct __sk_buff *ctx)
{
	__u32 zero = 0;
	struct template *template = bpf_map_lookup_elem(&bench_template, &zero);
	__u64 *data = ctx_data(ctx);

	if (!template || (void *)data + TEMPLATE_BYTES > ctx_data_end(ctx))
		return TC_ACT_SHOT;
#pragma unroll
	for (int i = 0; i < TEMPLATE_BYTES / 8; i++)
		data[i] = template->frame[i];
	if (template->last) {
		*(__u16 *)((void *)data + IPV4_SOURCE_PORT) = bpf_htons(template->port);
		template->port = template->port == template->last ? template->first : template->port + 1;
	}
	ctx->cb[0] = 0;
	ctx->mark = template->mark;
	bpf_tail_call(ctx, &bench_program, 0);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
