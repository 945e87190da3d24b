/* SPDX-License-Identifier: Apache-2.0 */
/* fpmode_test.c -- a host's floating-point mode does no harm, and is put back. */
#include "codec/fpmode.h"

#include "base/hash.h"
#include "codec/column.h"
#include "codec/generators.h"
#include "codec/kernel.h"

#include <fenv.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct sx_mem mem;
static double values[3000], back[3000];

#if defined(__x86_64__)
#include <xmmintrin.h>
#define FLUSH 0x8040u /* flush to zero and denormals are zero */
static void set_flush(void)
{
    _mm_setcsr(_mm_getcsr() | FLUSH);
}
static bool flushes(void)
{
    return (_mm_getcsr() & FLUSH) == FLUSH;
}
#elif defined(__aarch64__)
#define FLUSH ((uint64_t)1 << 24)
static uint64_t fpcr(void)
{
    uint64_t v;
    __asm__ volatile("mrs %0, fpcr" : "=r"(v));
    return v;
}
static void set_flush(void)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr() | FLUSH));
}
static bool flushes(void)
{
    return (fpcr() & FLUSH) == FLUSH;
}
#else
static void set_flush(void)
{
}
static bool flushes(void)
{
    return true;
}
#endif

static const struct {
    const char *name;
    int rounding;
    bool flush;
} modes[] = {
    {"up", FE_UPWARD, false},
    {"down", FE_DOWNWARD, false},
    {"to zero", FE_TOWARDZERO, false},
    {"flushing", FE_TONEAREST, true},
    {"up and flushing", FE_UPWARD, true},
};

/* Encodes and decodes as an entry of the library does; the hash of the bytes. */
static uint64_t round_trip(enum sx_tier tier)
{
    struct sx_buf out;
    sx_buf_init(&out, &mem, 1 << 20);
    struct sx_fp_mode mode = sx_fp_mode_enter();
    stria_status st = sx_column_encode(&out, STRIA_FLOAT, values, 3000, tier, &mem, NULL);
    if (!st)
        st = sx_column_decode(sx_buf_bytes(&out), STRIA_FLOAT, back, 3000, NULL, NULL);
    sx_fp_mode_leave(mode);
    assert_int_equal(st, STRIA_OK);
    assert_memory_equal(back, values, sizeof values);
    uint64_t hash = sx_hash(sx_buf_bytes(&out));
    sx_buf_deinit(&out);
    return hash;
}

static void test_every_mode_of_the_host_gives_the_same_bytes_and_values(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++)
        for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
            sx_gen_floats(kind, 2, values, 3000);
            uint64_t want = round_trip((enum sx_tier)tier);
            for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
                struct sx_fp_mode before = sx_fp_mode_enter();
                assert_int_equal(fesetround(modes[i].rounding), 0);
                if (modes[i].flush)
                    set_flush();
                uint64_t got = round_trip((enum sx_tier)tier);
                int rounding = fegetround();
                bool flush = !modes[i].flush || flushes();
                sx_fp_mode_leave(before);
                assert_true(got == want);
                assert_int_equal(rounding, modes[i].rounding);
                assert_true(flush);
            }
        }
}

static void test_another_mode_would_do_harm(void **state)
{
    (void)state;
    static const int64_t n = 3;
    double want = 0, up = 0;
    struct sx_scale scale = sx_scale_decimal(1);
    sx_kernels()->scale(&want, &n, 1, &scale);
    assert_int_equal(fesetround(FE_UPWARD), 0);
    sx_kernels()->scale(&up, &n, 1, &scale);
    assert_int_equal(fesetround(FE_TONEAREST), 0);
    assert_true(want == 0.3);
    assert_true(up != want); /* else this test shows nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mode_of_the_host_gives_the_same_bytes_and_values),
        cmocka_unit_test(test_another_mode_would_do_harm),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
