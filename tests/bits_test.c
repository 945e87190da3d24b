/* SPDX-License-Identifier: Apache-2.0 */
/* bits_test.c -- every bit of every file of a small store changed, its pages exchanged, its files
 * cut at every byte: it is noticed, or nothing was there that means anything.
 *
 * Method      sound.h makes the store and says what is looked at. A change that nobody notices,
 *             neither who reads nor who verifies, must be one of padding: of a byte that was zero.
 *             Pages of log files that hold nothing but zeros stand for one another: a byte of each
 *             is tried.
 * Limits      One in STRIDE cases; STRIA_SWEEP=N: N times as many, all from STRIDE on.
 *             STRIA_SEED=N takes others. STRIA_CASE=N: this one alone. */
#include "script.h"
#include "sound.h"

#include "os/os_mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SCRIPT_SEED 4
#define SCRIPT_OPS 16
#define STRIDE 401
#define PAGE 4096

struct bits {
    struct sound sound;
    uint64_t stride, next; /* cases until the next that is looked at */
    uint64_t only;
    uint64_t case_no, failed;
    struct tally tally;
};

/* A change of a file; applying it to a copy. */
struct change {
    const char *path;
    size_t at;
    unsigned bit; /* 0-7; or what is done instead: */
#define CUT 8
#define EXCHANGE 9 /* the page at `at` with the one before */
    bool was_zero; /* what it changes */
};

static bool is_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

static void apply(struct sx_os *disk, const struct change *change)
{
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(disk, change->path, &size);
    assert_non_null(bytes);
    if (change->bit == CUT) {
        assert_true(sx_os_mem_resize(disk, change->path, change->at));
    } else if (change->bit == EXCHANGE) {
        for (size_t i = 0; i < PAGE; i++) {
            uint8_t byte = bytes[change->at + i];
            bytes[change->at + i] = bytes[change->at + i - PAGE];
            bytes[change->at + i - PAGE] = byte;
        }
    } else {
        bytes[change->at] ^= (uint8_t)(1u << change->bit);
    }
}

static void try_change(struct bits *b, const struct change *change)
{
    uint64_t number = b->case_no++, silent = b->tally.silent;
    struct verdict v = {0};
    if (b->only == UINT64_MAX ? b->next-- > 0 : b->only != number)
        return;
    b->next = b->stride - 1;
    b->tally.cases++;
    struct sx_os *disk = sx_os_mem_crash(b->sound.disk, NULL, NULL);
    assert_non_null(disk);
    apply(disk, change);
    bool good = sound_check(&b->sound, disk, &b->tally, &v);
    if (good && b->tally.silent > silent && !change->was_zero) {
        good = false;
        (void)snprintf(v.text, sizeof v.text, "nobody notices, and it is no padding");
    }
    if (!good) {
        b->failed++;
        print_error("case %" PRIu64 ": %s, byte %zu, bit %u: %s\n", number, change->path,
                    change->at, change->bit, v.text);
    }
    sx_os_mem_destroy(disk);
}

static void try_file(struct bits *b, const char *path)
{
    size_t size;
    const uint8_t *view = sx_os_mem_bytes(b->sound.disk, path, &size);
    uint8_t *bytes = malloc(size + 1);
    assert_non_null(view);
    assert_non_null(bytes);
    memcpy(bytes, view, size);
    bool was_end = false;
    for (size_t page = 0; page < size; page += PAGE) {
        size_t page_size = SX_MIN(PAGE, size - page);
        bool empty = is_zero(bytes + page, page_size);
        /* A frame without records ends a log, and holds nothing that could be missing. */
        bool is_end = page_size == PAGE && memcmp(bytes + page, "SFRM", 4) == 0 &&
                      is_zero(bytes + page + 32, 4);
        struct change change = {.path = path};
        for (size_t i = 0; i < (empty ? 1 : page_size); i++) {
            change.at = page + i;
            change.was_zero = is_end || bytes[change.at] == 0;
            for (change.bit = 0; change.bit < 8; change.bit++)
                try_change(b, &change);
            change.bit = CUT;
            change.was_zero = is_zero(bytes + change.at, size - change.at);
            if (change.at) /* of an empty file nobody knows that it was more */
                try_change(b, &change);
        }
        change.at = page;
        change.bit = EXCHANGE;
        change.was_zero = false;
        /* With the page that ends a log goes what shows that the one before had been synced. */
        if (!is_end && !was_end && page && page_size == PAGE &&
            memcmp(bytes + page, bytes + page - PAGE, PAGE) != 0)
            try_change(b, &change);
        was_end = is_end;
    }
    free(bytes);
}

static void test_a_changed_bit_is_noticed_or_was_padding(void **state)
{
    static struct bits b;
    uint64_t sweeps = script_number("STRIA_SWEEP", 1);
    (void)state;
    b.stride = STRIDE / SX_MIN(SX_MAX(sweeps, 1), STRIDE);
    b.next = script_number("STRIA_SEED", 1) % b.stride;
    b.only = script_number("STRIA_CASE", UINT64_MAX);
    sound_make(&b.sound, SCRIPT_SEED, SCRIPT_OPS);
    for (size_t i = 0; i < b.sound.file_count; i++)
        try_file(&b, b.sound.files[i]);
    print_message("%" PRIu64 " of %" PRIu64 " cases in %zu files: %" PRIu64 " told, %" PRIu64
                  " by verifying only, %" PRIu64 " not opened, %" PRIu64 " harmless, %" PRIu64
                  " of these padding\n",
                  b.tally.cases, b.case_no, b.sound.file_count, b.tally.told, b.tally.only_verify,
                  b.tally.refused, b.tally.harmless, b.tally.silent);
    assert_int_equal(b.failed, 0);
    sound_free(&b.sound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_changed_bit_is_noticed_or_was_padding),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
