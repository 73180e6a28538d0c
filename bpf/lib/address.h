/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* address.h: an IPv4 address is held in the first word, the other three being zero. Words are in network byte order. */
#pragma once

#include "compiler.h"

#define FAMILY_IPV4 4
#define FAMILY_IPV6 6

struct address {
	__u32 word[4];
};

inline_always bool address_equals(const struct address *left, const struct address *right)
{
	return left->word[0] == right->word[0] && left->word[1] == right->word[1] &&
	       left->word[2] == right->word[2] && left->word[3] == right->word[3];
}

inline_always bool address_is_unspecified(const struct address *a)
{
	return !(a->word[0] | a->word[1] | a->word[2] | a->word[3]);
}

inline_always bool address_is_link_local(const struct address *ipv6)
{
	return (ipv6->word[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
}

/* Not a unicast address that can be routed: multicast, broadcast, loopback, unspecified, IPv6 link-local. */
inline_always bool address_is_unroutable(const struct address *a, __u8 family)
{
	__u32 first = bpf_ntohl(a->word[0]);

	if (family == FAMILY_IPV4)
		return first >= 0xe0000000 || first >> 24 == 127 || first >> 24 == 0;
	if (first >> 24 == 0xff || address_is_link_local(a))
		return true;
	return !(a->word[0] | a->word[1] | a->word[2]) && bpf_ntohl(a->word[3]) <= 1;
}
