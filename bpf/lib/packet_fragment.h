/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* packet_fragment.h: a first fragment lends its ports to the later ones. */
#pragma once

#include "fragment.h"
#include "packet.h"

inline_always void packet_fragment_key(const struct packet *p, struct fragment_key *key)
{
	key->source = p->source;
	key->destination = p->destination;
	key->id = p->fragment_id;
	key->proto = p->fragment_proto;
	key->family = p->family;
	key->pad = 0;
}

/* Remembers the ports of a first fragment that was let through. */
slow_path int fragment_register(const struct packet *p)
{
	struct fragment_key key;
	struct fragment_value value = {};

	if (!p)
		return 0;
	packet_fragment_key(p, &key);
	value.sport = p->sport;
	value.dport = p->dport;
	value.proto = p->proto;
	value.expires = clock_ticks() + config.fragment_lifetime;
	return bpf_map_update_elem(&cilium_fragment, &key, &value, BPF_ANY);
}

inline_always int packet_recall_fragment(struct packet *p)
{
	struct fragment_key key;
	struct fragment_value *value;

	packet_fragment_key(p, &key);
	value = bpf_map_lookup_elem(&cilium_fragment, &key);
	if (!value || clock_passed(clock_ticks(), value->expires))
		return -DROP_FRAGMENT;
	p->sport = value->sport;
	p->dport = value->dport;
	p->proto = value->proto;
	return 0;
}
