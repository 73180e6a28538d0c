/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* compiler.h: what clang and the verifier need to understand each other. UAPI headers only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define inline_always static __always_inline

/* A function that the verifier looks at once, whoever calls it. Weak, so that clang keeps its signature. */
#define slow_path __noinline __weak

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))

/* Behind look-ups in different maps: clang would merge the two calls into one whose map is not constant, which the kernel does not inline
 * (14 ns). The numbers must differ. */
#define keep_apart(number) asm volatile("" : : "i"(number))

/* Hides from clang how a value came about: it would make a branch of arithmetic. */
#define opaque(x) asm volatile("" : "+r"(x))

#define unlikely(x) __builtin_expect(!!(x), 0)
#define likely(x) __builtin_expect(!!(x), 1)

/* Written in assembly: clang would merge the two 32-bit loads, and the verifier then sees scalars instead of packet pointers. */
inline_always void *ctx_data(const struct __sk_buff *ctx)
{
	void *pointer;

	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(pointer) : "r"(ctx), "i"(offsetof(struct __sk_buff, data)));
	return pointer;
}

inline_always void *ctx_data_end(const struct __sk_buff *ctx)
{
	void *pointer;

	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(pointer) : "r"(ctx), "i"(offsetof(struct __sk_buff, data_end)));
	return pointer;
}
