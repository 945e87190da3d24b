/* SPDX-License-Identifier: Apache-2.0 */
/* corrupt_test.c -- any file of a store damaged in any way: what is read is right, or it is told
 * that something is damaged; nothing is made up, nothing crashes, nothing hangs.
 *
 * Method      A script makes a store with log, segments, deletes and a manifest. Copies of its disk
 *             get one damage each: a bit changed, a sector zeroed, pages exchanged, a page of
 *             another file, a cut, a file gone. sound.h says what is then looked at.
 * Limits      STRIA_SWEEP=N: N times as many cases. STRIA_SEED=N begins elsewhere. */
#include "random.h"
#include "script.h"
#include "sound.h"

#include "os/os_mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SCRIPTS 3
#define SCRIPT_OPS 60
#define CASES_PER_SCRIPT 150
#define PAGE 4096

/* ---- damage ---- */

static const char *file_of(const struct sound *s, uint64_t *state)
{
    return s->files[random_below(state, (uint32_t)s->file_count)];
}

static bool is_empty(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* A place in a file that is worth being damaged: log files are mostly empty. */
static size_t place_in(const uint8_t *bytes, size_t size, uint64_t *state)
{
    size_t at = 0;
    for (int i = 0; i < 200; i++) {
        at = (size_t)(random_next(state) % size);
        size_t start = at / PAGE * PAGE;
        if (!is_empty(bytes + start, SX_MIN(PAGE, size - start)))
            break;
    }
    return at;
}

enum damage { BIT, BYTE, SECTOR, PAGES, OTHER_PAGE, CUT, GONE, DAMAGE_COUNT };

static void exchange(uint8_t *a, uint8_t *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

static void put_other_page(struct sx_os *disk, const char *path, size_t at, const char *other,
                           uint64_t *state)
{
    uint8_t page[PAGE];
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(disk, other, &size);
    if (!bytes || size < PAGE)
        return;
    memcpy(page, bytes + place_in(bytes, size, state) / PAGE * PAGE % (size - PAGE + 1), PAGE);
    bytes = sx_os_mem_bytes(disk, path, &size);
    if (at / PAGE * PAGE + PAGE <= size)
        memcpy(bytes + at / PAGE * PAGE, page, PAGE);
}

/* Tells what it did. */
static void damage_disk(const struct sound *s, struct sx_os *disk, uint64_t *state, char *text,
                        size_t text_size)
{
    static const char *const names[] = {"bit",        "byte", "sector", "pages",
                                        "other page", "cut",  "gone"};
    const char *path = file_of(s, state);
    enum damage damage = (enum damage)random_below(state, DAMAGE_COUNT);
    size_t size = 0;
    uint8_t *bytes = sx_os_mem_bytes(disk, path, &size);
    size_t at = bytes && size ? place_in(bytes, size, state) : 0;
    (void)snprintf(text, text_size, "%s at %zu of %zu in %s", names[damage], at, size, path);
    if (!bytes || !size)
        return;
    size_t sector = at / 512 * 512, page = at / PAGE * PAGE;
    switch (damage) {
    case BIT:
        bytes[at] ^= (uint8_t)(1u << random_below(state, 8));
        break;
    case BYTE:
        bytes[at] = (uint8_t)random_next(state);
        break;
    case SECTOR:
        memset(bytes + sector, 0, SX_MIN(512, size - sector));
        break;
    case PAGES:
        if (page >= PAGE)
            exchange(bytes + page, bytes + page - PAGE, SX_MIN(PAGE, size - page));
        break;
    case OTHER_PAGE:
        put_other_page(disk, path, at, file_of(s, state), state);
        break;
    case CUT:
        assert_true(sx_os_mem_resize(disk, path, at));
        break;
    default:
        assert_int_equal(disk->ops->unlink(disk, path, NULL), STRIA_OK);
        break;
    }
}

static uint64_t check_damages(uint64_t seed, uint64_t count, struct tally *tally)
{
    static struct sound s;
    uint64_t failed = 0, only = script_number("STRIA_CASE", UINT64_MAX);
    sound_make(&s, seed, SCRIPT_OPS);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t state = seed * 1000003 + i;
        char text[200];
        struct verdict v = {0};
        struct sx_os *disk = sx_os_mem_crash(s.disk, NULL, NULL);
        assert_non_null(disk);
        damage_disk(&s, disk, &state, text, sizeof text);
        if (only == UINT64_MAX || only == i) {
            tally->cases++;
            if (!sound_check(&s, disk, tally, &v)) {
                print_error("seed %" PRIu64 " case %" PRIu64 ": %s: %s\n", seed, i, text, v.text);
                failed++;
            }
        }
        sx_os_mem_destroy(disk);
    }
    sound_free(&s);
    return failed;
}

static void test_damage_is_told_and_nothing_is_made_up(void **state)
{
    uint64_t sweeps = script_number("STRIA_SWEEP", 1), seed = script_number("STRIA_SEED", 1);
    uint64_t failed = 0;
    struct tally tally = {0};
    (void)state;
    for (uint64_t i = 0; i < SCRIPTS; i++)
        failed += check_damages(seed + i, CASES_PER_SCRIPT * sweeps, &tally);
    print_message("from seed %" PRIu64 ": %" PRIu64 " cases: %" PRIu64 " harmless, %" PRIu64
                  " told, %" PRIu64 " by verifying only, %" PRIu64 " not opened\n",
                  seed, tally.cases, tally.harmless, tally.told, tally.only_verify, tally.refused);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage_is_told_and_nothing_is_made_up),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
