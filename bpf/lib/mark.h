/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* mark.h: the identity that one program leaves for the next in the packet's mark (facts 9.11). The kernel clears marks of packets
 * that leave a namespace, so no workload can set one. */
#pragma once

#include "ipcache.h"

#define MARK_MAGIC 0x0f00
#define MARK_HOST 0x0c00		/* this node */
#define MARK_IDENTITY 0x0f00		/* bits 0-7 and 12-31 hold the identity */

inline_always __u32 mark_of_identity(__u32 identity)
{
	return MARK_IDENTITY | identity << 12 | (identity >> 20 & 0xff);
}

inline_always __u32 mark_identity(__u32 mark)
{
	if ((mark & MARK_MAGIC) == MARK_HOST)
		return IDENTITY_HOST;
	if ((mark & MARK_MAGIC) == MARK_IDENTITY)
		return mark >> 12 | (mark & 0xff) << 20;
	return IDENTITY_UNKNOWN;
}
