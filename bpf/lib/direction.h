/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* direction.h: as the endpoint sees it (facts 9.10). */
#pragma once

enum direction {
	INGRESS = 0,
	EGRESS = 1,
};
