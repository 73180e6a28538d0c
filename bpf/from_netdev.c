// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* from_netdev: what arrives on a native device. Packets for endpoints of this node are judged and delivered; the rest is the stack's. */
#include "compiler.h"
#include "lib/packet_read.h"
#include "lib/deliver.h"
#include "lib/pass.h"

/* Addresses only: what goes to the stack may be anything. */
inline_always bool read_addresses(struct __sk_buff *ctx, struct packet *p)
{
	struct ethhdr *eth;
	void *end;

	packet_pull(ctx);
	eth = ctx_data(ctx);
	end = ctx_data_end(ctx);
	if ((void *)(eth + 1) > end || ctx->vlan_present)
		return false;
	if (config.ipv4 && eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > end)
			return false;
		p->family = FAMILY_IPV4;
		p->source.word[0] = ip->saddr;
		p->destination.word[0] = ip->daddr;
		return true;
	}
	if (config.ipv6 && eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > end)
			return false;
		p->family = FAMILY_IPV6;
		__builtin_memcpy(&p->source, &ip->saddr, sizeof(p->source));
		__builtin_memcpy(&p->destination, &ip->daddr, sizeof(p->destination));
		return true;
	}
	return false;
}

/* Not for us: whoever else has a filter on this device goes on with it, then the stack. */
inline_always int leave_to_stack(struct __sk_buff *ctx)
{
	outcome_leave(ctx, OUTCOME_TO_STACK, 0, 0);
	return TC_ACT_UNSPEC;
}

SEC("tc")
int from_netdev(struct __sk_buff *ctx)
{
	struct packet *p = packet_begin(PACKET_ITSELF);
	int result;

	if (!p)
		return TC_ACT_SHOT;
	p->direction = INGRESS;
	if (!read_addresses(ctx, p))
		return leave_to_stack(ctx);
	p->source_endpoint = endpoint_of_address(&p->source, p->family);
	p->source_identity = ipcache_identity(&p->source, p->family);
	if (p->source_endpoint || p->source_identity == IDENTITY_HOST)
		return packet_drop(ctx, p, DROP_INVALID_SOURCE_IP);
	p->destination_endpoint = endpoint_of_address(&p->destination, p->family);
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
