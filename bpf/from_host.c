// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* from_host: what the node sends to endpoints. Egress of cilium_host, where the routes to endpoints point. The program of the endpoint judges, here or on
 * its own node. */
#include "compiler.h"
#include "lib/packet_read.h"
#include "lib/deliver.h"
#include "lib/tunnel.h"

inline_always bool is_group(const struct packet *p)
{
	return p->family == FAMILY_IPV6 ? (p->destination.word[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000)
					: (p->destination.word[0] & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000);
}

/* To an endpoint of another node. What comes back from the stack in pieces has its identity in the mark; what the node only forwards has none. */
inline_always int send_away(struct __sk_buff *ctx, struct packet *p)
{
	bool exact;
	struct ipcache_value *value = ipcache_find(&p->destination, p->family, &exact);
	__u32 identity = mark_identity(ctx->mark);

	p->tunnel = value ? READ_ONCE(value->tunnel) : 0;
	if (!p->tunnel)
		return packet_drop(ctx, p, DROP_NOT_LOCAL);
	p->direction = EGRESS;
	p->source_identity = identity || ctx->ingress_ifindex ? identity : IDENTITY_HOST;
	if ((ctx->mark & MARK_MAGIC) == MARK_IDENTITY)
		ctx->mark = 0;	/* it was for us; the outer packet is the node's */
	return tunnel_wrap(ctx, p);
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
		return send_away(ctx, p);
	/* What the node only forwards is not the node. */
	ctx->mark = (ctx->mark & ~MARK_MAGIC) | (ctx->ingress_ifindex ? 0 : MARK_HOST);
	if (!deliver_address_frame(ctx, to))
		return packet_drop(ctx, p, DROP_INVALID);
	outcome_leave(ctx, OUTCOME_TO_ENDPOINT, 0, index);
	return bpf_redirect(to->ifindex, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
