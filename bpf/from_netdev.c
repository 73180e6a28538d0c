// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* from_netdev: what arrives on a native device. Packets for endpoints of this node are judged and delivered; the rest is the stack's. */
#include "compiler.h"
#include "lib/packet_read.h"
#include "lib/deliver.h"
#include "lib/pass.h"

/* Not for us: whoever else has a filter on this device goes on with it, then the stack. */
inline_always int leave_to_stack(struct __sk_buff *ctx)
{
	outcome_leave(ctx, OUTCOME_TO_STACK, 0, 0);
	return TC_ACT_UNSPEC;
}

/* Of what is behind the overlay, only nodes speak without it, and only to nodes. */
inline_always bool comes_plain(const struct packet *p)
{
	return p->source_identity == IDENTITY_REMOTE_NODE && !p->destination_endpoint;
}

SEC("tc")
int from_netdev(struct __sk_buff *ctx)
{
	struct packet *p = packet_begin(PACKET_ITSELF);
	struct ipcache_value *source;
	bool exact;
	int result;

	if (!p)
		return TC_ACT_SHOT;
	p->direction = INGRESS;
	if (!packet_read_addresses(ctx, p))
		return leave_to_stack(ctx);
	p->source_endpoint = endpoint_of_address(&p->source, p->family);
	source = ipcache_find(&p->source, p->family, &exact);
	p->source_identity = source ? READ_ONCE(source->identity) : IDENTITY_WORLD;
	if (p->source_endpoint || p->source_identity == IDENTITY_HOST)
		return packet_drop(ctx, p, DROP_INVALID_SOURCE_IP);
	p->destination_endpoint = endpoint_of_address(&p->destination, p->family);
	if (source && READ_ONCE(source->tunnel) && !comes_plain(p))
		return packet_drop(ctx, p, DROP_INVALID_SOURCE_IP);
	if (!p->destination_endpoint)
		return leave_to_stack(ctx);

	result = packet_parse(ctx, p);
	if (!result && p->kind & (PACKET_NEIGHBOUR | PACKET_LISTENER))
		return outcome_consume(ctx);
	if (result)
		return packet_drop(ctx, p, -result);
	result = connection_pass(ctx, p, 0);
	if (result == CONNECTION_DENIED_AGAIN)
		return TC_ACT_SHOT;
	if (result)
		return packet_drop(ctx, p, -result);
	return deliver_to_endpoint(ctx, p, true);
}

char _license[] SEC("license") = "Dual BSD/GPL";
