/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* drop_reasons.h: DROP_<name> for every row of drop_reasons.def. */
#pragma once

#define DROP_REASON(number, name, managed, words) DROP_##name = number,
enum drop_reason {
	DROP_NONE = 0,
#include "drop_reasons.def"
};
#undef DROP_REASON
