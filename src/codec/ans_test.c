/* SPDX-License-Identifier: Apache-2.0 */
/* ans_test.c -- entropy coding: streams of all shapes come back, and are as small as they should
 * be. */
#include "codec/ans.h"

#include "codec/generators.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const enum sx_isa isas[] = {SX_ISA_PORTABLE, SX_ISA_AVX2, SX_ISA_AVX512, SX_ISA_NEON};

static struct sx_ans_encoder encoder;
static struct sx_ans_decoder decoder;
static struct sx_ans_entry entries[1 << SX_ANS_LOG_MAX];
static uint8_t bytes[SX_ANS_BLOCK * 10 + 100];
static uint64_t numbers[SX_ANS_BLOCK];

/* Classes whose shares fall by halves of a power, of widths that grow by `widen` each. */
static void make_classes(struct sx_classes *classes, unsigned count, unsigned widen, unsigned fall)
{
    uint64_t low = 0;
    *classes = (struct sx_classes){.domain = 64, .count = count};
    for (unsigned i = 0; i < count; i++) {
        unsigned width = i * widen < 62 ? i * widen : 62;
        classes->width[i] = (uint8_t)width;
        low = (low + sx_bit_mask(width)) & ~sx_bit_mask(width);
        classes->low[i] = low;
        low += sx_bit_mask(width) + 1;
        classes->price[i] = (uint8_t)(i * fall < 63 ? i * fall : 63);
    }
}

/* Numbers whose classes are about as frequent as their prices say. */
static void fill(const struct sx_classes *classes, size_t count, uint64_t seed)
{
    struct sx_random random = {seed};
    uint64_t total = 0;
    for (unsigned i = 0; i < classes->count; i++)
        total += sx_classes_share(classes->price[i]);
    for (size_t i = 0; i < count; i++) {
        uint64_t at = sx_random_below(&random, total), sum = 0;
        unsigned class = 0;
        while (sum + sx_classes_share(classes->price[class]) <= at)
            sum += sx_classes_share(classes->price[class ++]);
        numbers[i] =
            classes->low[class] + (sx_random_next(&random) & sx_bit_mask(classes->width[class]));
    }
}

static size_t encode(const struct sx_classes *classes, struct sx_ans_shape shape, size_t count)
{
    struct sx_bit_writer writer = {.bytes = bytes};
    sx_ans_encoder_init(&encoder, classes, shape);
    sx_ans_encode(&writer, &encoder, numbers, count);
    sx_bits_flush(&writer);
    assert_true(writer.size <= sx_ans_size_max(count));
    return writer.size;
}

static bool decode(const uint8_t *in, size_t len, size_t count, bool check)
{
    struct sx_ans_stream stream;
    uint64_t wide[SX_GROUP];
    uint32_t narrow[SX_GROUP];
    sx_ans_open(&stream, &decoder, sx_bytes_make(in, len), count);
    struct sx_ans_stream again = stream;
    for (size_t i = 0; i < count; i += SX_GROUP) {
        if (!sx_ans_next(&stream, &decoder, wide) || !sx_ans_next_32(&again, &decoder, narrow))
            return false;
        for (size_t k = 0; check && k < SX_GROUP && i + k < count; k++) {
            assert_true(wide[k] == numbers[i + k]);
            assert_true(narrow[k] == (uint32_t)numbers[i + k]);
        }
    }
    return true;
}

static void check(const struct sx_classes *classes, struct sx_ans_shape shape, size_t count)
{
    fill(classes, count, count);
    size_t size = encode(classes, shape, count);
    uint8_t *exact = malloc(size); /* so that a read outside is seen */
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    decoder.classes = *classes;
    decoder.shape = shape;
    sx_ans_decoder_init(&decoder, entries);
    for (size_t k = 0; k < sizeof isas / sizeof isas[0]; k++)
        if (sx_kernels_force(isas[k]))
            assert_true(decode(exact, size, count, true));
    assert_true(sx_kernels_force(SX_ISA_BEST));
    free(exact);
}

static const size_t counts[] = {1,   2,   3,    7,    8,    127,  128,  129,  255, 256,
                                257, 600, 2047, 2048, 2049, 4097, 8192, 8703, 8704};

static void test_streams_of_all_shapes_come_back(void **state)
{
    (void)state;
    static const struct {
        unsigned classes, widen, fall, domain;
    } rows[] = {
        {1, 0, 0, 1},  {1, 5, 0, 1},   {2, 0, 3, 1},   {3, 0, 5, 2},  {11, 0, 4, 4},
        {16, 0, 1, 4}, {40, 1, 1, 64}, {20, 3, 2, 64}, {4, 8, 2, 26}, {256, 0, 0, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned tuple = 1; tuple <= 4; tuple *= 2)
            for (unsigned log = SX_ANS_LOG_MIN; log <= SX_ANS_LOG_MAX; log++) {
                struct sx_classes classes;
                struct sx_ans_shape shape = {.log = log, .tuple = tuple};
                make_classes(&classes, rows[i].classes, rows[i].widen, rows[i].fall);
                classes.domain = rows[i].domain;
                if (!sx_ans_fits(&classes, shape))
                    continue;
                for (size_t c = log % 3; c < sizeof counts / sizeof counts[0]; c += 3)
                    check(&classes, shape, counts[c]);
            }
}

static void test_numbers_that_are_not_dense_come_back_from_tuples(void **state)
{
    (void)state;
    struct sx_classes classes = {
        .domain = 40, .count = 3, .low = {5, 1000, (uint64_t)1 << 39}, .price = {2, 6, 20}};
    for (unsigned tuple = 1; tuple <= 4; tuple *= 2)
        check(&classes, (struct sx_ans_shape){.log = 9, .tuple = tuple}, 5000);
}

static void test_all_states_are_dealt_and_none_is_left_out(void **state)
{
    (void)state;
    uint16_t weights[SX_ANS_SYMBOLS_MAX];
    struct sx_random random = {5};
    for (unsigned round = 0; round < 2000; round++) {
        struct sx_classes classes = {.count = 1 + (unsigned)sx_random_below(&random, 256)};
        unsigned log = SX_ANS_LOG_MIN + (unsigned)sx_random_below(&random, 8), sum = 0;
        for (unsigned i = 0; i < classes.count; i++)
            classes.price[i] = (uint8_t)(sx_random_next(&random) >> (58 + round % 7 % 6));
        struct sx_ans_shape shape = {.log = log, .tuple = 1u << (round % 3)};
        if (!sx_ans_fits(&classes, shape))
            continue;
        sx_ans_weights(weights, &classes, shape);
        unsigned symbols = sx_ans_symbols(&classes, shape.tuple);
        for (unsigned i = 0; i < symbols; i++) {
            assert_in_range(weights[i], 1, 1u << log);
            sum += weights[i];
        }
        assert_int_equal(sum, 1u << log);
    }
}

static void test_a_stream_is_about_as_small_as_its_entropy(void **state)
{
    (void)state;
    static const unsigned shapes[][2] = {{10, 1}, {12, 1}, {12, 2}};
    struct sx_classes classes;
    make_classes(&classes, 12, 0, 5);
    fill(&classes, SX_ANS_BLOCK, 1);
    double entropy = 0;
    for (unsigned i = 0; i < classes.count; i++) {
        size_t n = 0;
        for (size_t k = 0; k < SX_ANS_BLOCK; k++)
            n += numbers[k] == classes.low[i];
        entropy += n ? (double)n * log2((double)SX_ANS_BLOCK / (double)n) : 0;
    }
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct sx_ans_shape shape = {.log = shapes[i][0], .tuple = shapes[i][1]};
        double bits = (double)encode(&classes, shape, SX_ANS_BLOCK) * 8;
        print_message("log %u, tuple %u: %.0f bits for %.0f\n", shape.log, shape.tuple, bits,
                      entropy);
        assert_true(bits < entropy * 1.01 + 130);
    }
}

static void test_a_cut_stream_is_an_error_or_other_numbers(void **state)
{
    (void)state;
    struct sx_classes classes;
    make_classes(&classes, 20, 3, 2);
    decoder.classes = classes;
    decoder.shape = (struct sx_ans_shape){.log = 9, .tuple = 1};
    sx_ans_decoder_init(&decoder, entries);
    fill(&classes, 700, 9);
    size_t size = encode(&classes, decoder.shape, 700);
    for (size_t len = 0; len + 1 < size; len += 7) {
        uint8_t *cut = malloc(len ? len : 1);
        assert_non_null(cut);
        memcpy(cut, bytes, len);
        assert_false(decode(cut, len, 700, false));
        free(cut);
    }
}

static void test_shapes_that_do_not_fit_are_told(void **state)
{
    (void)state;
    struct sx_classes classes = {.count = 33};
    assert_false(sx_ans_fits(&classes, (struct sx_ans_shape){.log = 5, .tuple = 1}));
    assert_true(sx_ans_fits(&classes, (struct sx_ans_shape){.log = 6, .tuple = 1}));
    assert_false(sx_ans_fits(&classes, (struct sx_ans_shape){.log = 12, .tuple = 2}));
    classes.count = 4;
    assert_true(sx_ans_fits(&classes, (struct sx_ans_shape){.log = 8, .tuple = 4}));
    assert_false(sx_ans_fits(&classes, (struct sx_ans_shape){.log = 7, .tuple = 4}));
    classes.width[2] = 1;
    assert_false(sx_ans_fits(&classes, (struct sx_ans_shape){.log = 8, .tuple = 4}));
    classes.count = 256;
    assert_false(sx_ans_fits(&classes, (struct sx_ans_shape){.log = 12, .tuple = 4}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_of_all_shapes_come_back),
        cmocka_unit_test(test_numbers_that_are_not_dense_come_back_from_tuples),
        cmocka_unit_test(test_all_states_are_dealt_and_none_is_left_out),
        cmocka_unit_test(test_a_stream_is_about_as_small_as_its_entropy),
        cmocka_unit_test(test_a_cut_stream_is_an_error_or_other_numbers),
        cmocka_unit_test(test_shapes_that_do_not_fit_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
