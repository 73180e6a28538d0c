// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* from_host: what the node sends to its endpoints. Egress of cilium_host, where the pod route points. The endpoint's own program judges. */
#include "compiler.h"
#include "lib/packet_read.h"
#include "lib/deliver.h"
#include "lib/mark.h"

inline_always bool is_group(const struct packet *p)
{
	return p->family == FAMILY_IPV6 ? (p->destination.word[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000)
					: (p->destination.word[0] & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000);
}

SEC("tc")
int from_host(struct __sk_buff *ctx)
{
	struct packet *p = packet_begin(PACKET_ITSELF);
	struct endpoint *to;
	__u32 index;

	if (!p)
		return TC_ACT_SHOT;
	p->direction = INGRESS;
	p->source_identity = IDENTITY_HOST;
	/* The endpoint's program refuses what cannot be parsed; only the addresses matter here. */
	packet_parse(ctx, p);
	if (!p->family || is_group(p))
		return outcome_consume(ctx);
	index = endpoint_of_address(&p->destination, p->family);
	to = endpoint_get(index);
	if (!index || !to || !to->ifindex)
		return packet_drop(ctx, p, DROP_NOT_LOCAL);
	/* What the node only forwards is not the node. */
	ctx->mark = (ctx->mark & ~MARK_MAGIC) | (ctx->ingress_ifindex ? 0 : MARK_HOST);
	if (!deliver_address_frame(ctx, to))
		return packet_drop(ctx, p, DROP_INVALID);
	outcome_leave(ctx, OUTCOME_TO_ENDPOINT, 0, index);
	return bpf_redirect(to->ifindex, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
