/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* packet_icmp.h: what kind of ICMP message a packet is; an echo has its identifier for a port. */
#pragma once

#include "packet.h"

/* IANA numbers; linux/icmp.h would pull in the C library. */
enum icmp4_type {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_ECHO = 8,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAMETER_PROBLEM = 12,
};

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_LISTENER_QUERY = 130,
	ICMP6_LISTENER_REPORT = 131,
	ICMP6_LISTENER_DONE = 132,
	ICMP6_ROUTER_SOLICITATION = 133,
	ICMP6_ROUTER_ADVERTISEMENT = 134,
	ICMP6_NEIGHBOUR_SOLICITATION = 135,
	ICMP6_NEIGHBOUR_ADVERTISEMENT = 136,
	ICMP6_REDIRECT = 137,
	ICMP6_LISTENER_REPORT_2 = 143,
};

inline_always int packet_classify_icmp4(struct packet *p, __be16 id)
{
	switch (p->icmp_type) {
	case ICMP4_ECHO:
		p->sport = id;
		return 0;
	case ICMP4_ECHO_REPLY:
		p->dport = id;
		return 0;
	case ICMP4_UNREACHABLE:
	case ICMP4_TIME_EXCEEDED:
	case ICMP4_PARAMETER_PROBLEM:
		p->kind |= PACKET_ICMP_ERROR;
		return 0;
	}
	return -DROP_UNKNOWN_ICMP4_TYPE;
}

inline_always int packet_classify_icmp6(struct packet *p, __be16 id)
{
	switch (p->icmp_type) {
	case ICMP6_ECHO:
		p->sport = id;
		return 0;
	case ICMP6_ECHO_REPLY:
		p->dport = id;
		return 0;
	case ICMP6_UNREACHABLE:
	case ICMP6_TOO_BIG:
	case ICMP6_TIME_EXCEEDED:
	case ICMP6_PARAMETER_PROBLEM:
		p->kind |= PACKET_ICMP_ERROR;
		return 0;
	case ICMP6_LISTENER_QUERY:
	case ICMP6_LISTENER_REPORT:
	case ICMP6_LISTENER_DONE:
	case ICMP6_LISTENER_REPORT_2:
		p->kind |= PACKET_LISTENER;
		return 0;
	case ICMP6_ROUTER_SOLICITATION:
	case ICMP6_ROUTER_ADVERTISEMENT:
	case ICMP6_NEIGHBOUR_SOLICITATION:
	case ICMP6_NEIGHBOUR_ADVERTISEMENT:
	case ICMP6_REDIRECT:
		p->kind |= PACKET_NEIGHBOUR;
		return 0;
	}
	return -DROP_UNKNOWN_ICMP6_TYPE;
}
