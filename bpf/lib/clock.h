/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* clock.h: time in ticks of 16 jiffies. Jiffies cost nothing to read; 32 bits of ticks last for eight years at 250 Hz,
 * and moments up to a year apart compare right at 1000 Hz. */
#pragma once

#include "compiler.h"

#define CLOCK_SHIFT 4

inline_always __u32 clock_ticks(void)
{
	return (__u32)(bpf_jiffies64() >> CLOCK_SHIFT);
}

inline_always bool clock_passed(__u32 now, __u32 moment)
{
	return (__s32)(now - moment) >= 0;
}
