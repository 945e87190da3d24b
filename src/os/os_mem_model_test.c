/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_model_test.c -- random histories of a disk in memory and its crashes against a naive
 * model: whole arrays of bytes, a mark a sector, a list of changes of names. Seeds are printed. */
#include "os/os_mem.h"

#include "base/attr.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECTOR 512
#define FILE_MAX (80 * SECTOR)
#define FATES_MAX 1000

struct fates {
    uint64_t random;
    uint64_t count;
    enum sx_crash_fate list[FATES_MAX];
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static enum sx_crash_fate any_fate(void *context, uint64_t item, bool is_sector)
{
    struct fates *fates = context;
    (void)is_sector;
    assert_int_equal(item, fates->count);
    assert_true(fates->count < FATES_MAX);
    return fates->list[fates->count++] = (enum sx_crash_fate)(next_random(&fates->random) % 4);
}

/* ---- bytes ---------------------------------------------------------------------------------- */

enum mark { CLEAN, DIRTY, STUCK };

struct model {
    uint8_t live[FILE_MAX], durable[FILE_MAX];
    size_t live_size, durable_size;
    enum mark marks[FILE_MAX / SECTOR];
};

static void model_write(struct model *model, const uint8_t *bytes, size_t size, size_t offset)
{
    memcpy(model->live + offset, bytes, size);
    model->live_size = SX_MAX(model->live_size, offset + size);
    for (size_t i = offset / SECTOR; i <= (offset + size - 1) / SECTOR; i++)
        model->marks[i] = DIRTY;
}

static void model_sync(struct model *model)
{
    for (size_t i = 0; i < SX_COUNT_OF(model->marks); i++)
        if (model->marks[i] == DIRTY) {
            memcpy(model->durable + i * SECTOR, model->live + i * SECTOR, SECTOR);
            model->marks[i] = CLEAN;
        }
    model->durable_size = model->live_size;
}

static void model_fail_sync(struct model *model)
{
    for (size_t i = 0; i < SX_COUNT_OF(model->marks); i++)
        model->marks[i] = model->marks[i] ? STUCK : CLEAN;
}

/* Makes the model what the fates left; garbage is taken from `got`. */
static void model_crash(struct model *model, const struct fates *fates, const uint8_t *got)
{
    size_t size = model->durable_size, item = 0;
    if (model->live_size > size && fates->list[item++] == SX_FATE_KEPT)
        size = model->live_size;
    for (size_t i = 0; i < SX_COUNT_OF(model->marks); i++) {
        uint8_t *old = model->durable + i * SECTOR;
        if (!model->marks[i])
            continue;
        enum sx_crash_fate fate = fates->list[item++];
        size_t end = SX_MIN((i + 1) * SECTOR, model->live_size);
        if (fate == SX_FATE_KEPT || fate == SX_FATE_TORN)
            memcpy(old, model->live + i * SECTOR, fate == SX_FATE_KEPT ? SECTOR : SECTOR / 2);
        if (fate == SX_FATE_GARBAGE)
            memcpy(old, got + i * SECTOR, end - i * SECTOR);
        if (fate != SX_FATE_LOST)
            size = SX_MAX(size, end);
        model->marks[i] = CLEAN;
    }
    assert_int_equal(item, fates->count);
    memcpy(model->live, model->durable, sizeof model->live);
    model->live_size = model->durable_size = size;
}

static struct sx_file *open_f(struct sx_os *os)
{
    struct sx_file *file = NULL;
    assert_int_equal(sx_os_open(os, "f", SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL), STRIA_OK);
    return file;
}

static void assert_live(struct sx_os *os, const struct model *model)
{
    static uint8_t got[FILE_MAX];
    size_t size = 0;
    struct sx_file *file = open_f(os);
    assert_int_equal(sx_file_pread(file, got, sizeof got, 0, &size, NULL), STRIA_OK);
    assert_int_equal(size, model->live_size);
    assert_memory_equal(got, model->live, size);
    sx_file_close(file);
}

static void write_any(struct sx_os *os, struct model *model, uint64_t *random)
{
    static uint8_t bytes[FILE_MAX];
    size_t size = 1 + next_random(random) % (next_random(random) % 3 ? 700 : 12000);
    size_t offset = next_random(random) % (FILE_MAX - size);
    if (next_random(random) % 2)
        offset = offset / 4096 * 4096;
    bool zeros = next_random(random) % 4 == 0;
    for (size_t i = 0; i < size; i++)
        bytes[i] = zeros ? 0 : (uint8_t)next_random(random);
    size_t cut = next_random(random) % (size + 1);
    const struct sx_iov iov[] = {{bytes, cut}, {bytes + cut, size - cut}};
    struct sx_file *file = open_f(os);
    assert_int_equal(sx_file_pwritev(file, iov, 2, offset, NULL), STRIA_OK);
    model_write(model, bytes, size, offset);
    sx_file_close(file);
}

/* Flips a byte behind the disk's back, and tells the model that it is durable. */
static void corrupt_any(struct sx_os *os, struct model *model, uint64_t *random)
{
    size_t size = 0;
    uint8_t *bytes = sx_os_mem_bytes(os, "f", &size);
    assert_non_null(bytes);
    assert_int_equal(size, model->live_size);
    if (size == 0)
        return;
    size_t at = next_random(random) % size;
    bool clean = model->marks[at / SECTOR] == CLEAN;
    if (clean && at >= model->durable_size)
        return; /* a hole of a growth that is not synced: no sector of the disk */
    bytes[at] ^= 0x55;
    model->live[at] ^= 0x55;
    if (clean)
        model->durable[at] ^= 0x55;
}

/* Crashes the disk, checks what is left; goes on with it if `stay`. */
static void crash_any(struct sx_os **os, struct model *model, uint64_t *random, bool stay)
{
    static struct model after;
    static struct fates fates;
    size_t size = 0;
    fates.random = next_random(random);
    fates.count = 0;
    uint64_t pending = sx_os_mem_pending(*os);
    struct sx_os *left = sx_os_mem_crash(*os, any_fate, &fates);
    assert_non_null(left);
    assert_int_equal(fates.count, pending);
    after = *model;
    const uint8_t *bytes = sx_os_mem_bytes(left, "f", &size);
    assert_non_null(bytes);
    model_crash(&after, &fates, bytes);
    assert_int_equal(size, after.live_size);
    assert_memory_equal(bytes, after.live, size);
    assert_live(left, &after); /* and with what is behind the end as zeros */
    struct sx_os *gone = stay ? *os : left;
    if (stay) {
        *os = left;
        *model = after;
    }
    sx_os_mem_destroy(gone);
}

static void run_bytes(uint64_t seed)
{
    static struct model model;
    uint64_t random = seed;
    memset(&model, 0, sizeof model);
    struct sx_os *os = sx_os_mem_create(seed);
    sx_file_close(open_f(os));
    assert_int_equal(os->ops->sync_dir(os, "", NULL), STRIA_OK);
    for (int step = 0; step < 150; step++) {
        uint64_t choice = next_random(&random) % 16;
        if (choice < 8) {
            write_any(os, &model, &random);
        } else if (choice < 11) {
            struct sx_file *file = open_f(os);
            assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
            model_sync(&model);
            sx_file_close(file);
        } else if (choice < 12) {
            struct sx_file *file = open_f(os);
            assert_true(sx_os_mem_fail_sync(file));
            model_fail_sync(&model);
            sx_file_close(file);
        } else if (choice < 13) {
            corrupt_any(os, &model, &random);
        } else {
            crash_any(&os, &model, &random, choice == 15);
        }
        assert_live(os, &model);
    }
    sx_os_mem_destroy(os);
}

static void test_bytes_survive_as_in_the_naive_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        print_message("seed %d\n", (int)seed);
        run_bytes(seed);
    }
}

/* ---- names ---------------------------------------------------------------------------------- */

#define NAME_COUNT 6

/* Which file has a name: its number from 1 on; 0: none. */
struct names {
    int live[NAME_COUNT], durable[NAME_COUNT];
    struct {
        int name, file;
    } changes[200];
    size_t change_count;
    int file_count;
};

static const char *path_of(int name)
{
    static const char *const paths[NAME_COUNT] = {"d/a", "d/b", "d/c", "d/d", "d/e", "d/f"};
    return paths[name];
}

static void names_change(struct names *names, int name, int file)
{
    assert_true(names->change_count < SX_COUNT_OF(names->changes));
    names->live[name] = file;
    names->changes[names->change_count].name = name;
    names->changes[names->change_count++].file = file;
}

/* Each file holds its number, synced: so it is known again. */
static void make_file(struct sx_os *os, struct names *names, int name)
{
    struct sx_file *file = NULL;
    uint8_t number[4];
    sx_put_u32(number, (uint32_t)++names->file_count);
    assert_int_equal(sx_os_open(os, path_of(name),
                                SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, &file, NULL),
                     STRIA_OK);
    assert_int_equal(sx_file_pwrite(file, number, sizeof number, 0, NULL), STRIA_OK);
    assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
    sx_file_close(file);
    names_change(names, name, names->file_count);
}

static void assert_names(struct sx_os *os, const int *files)
{
    for (int name = 0; name < NAME_COUNT; name++) {
        struct sx_file *file = NULL;
        struct sx_file_info info;
        uint8_t number[4];
        uint64_t links = 0;
        stria_status st = sx_os_open(os, path_of(name), SX_OPEN_READ, &file, NULL);
        assert_int_equal(st, files[name] ? STRIA_OK : STRIA_NOT_FOUND);
        if (st)
            continue;
        assert_int_equal(sx_file_read(file, "", number, sizeof number, 0, NULL), STRIA_OK);
        assert_int_equal(sx_get_u32(number), files[name]);
        assert_int_equal(sx_file_info(file, &info, NULL), STRIA_OK);
        for (int other = 0; other < NAME_COUNT; other++)
            links += files[other] == files[name];
        assert_int_equal(info.link_count, links);
        sx_file_close(file);
    }
}

static void crash_names(struct sx_os **os, struct names *names, uint64_t *random, bool stay)
{
    static struct fates fates;
    struct names after = *names;
    fates.random = next_random(random);
    fates.count = 0;
    assert_int_equal(sx_os_mem_pending(*os), names->change_count);
    struct sx_os *left = sx_os_mem_crash(*os, any_fate, &fates);
    assert_non_null(left);
    for (size_t i = 0; i < names->change_count; i++)
        if (fates.list[i] == SX_FATE_KEPT)
            after.durable[names->changes[i].name] = names->changes[i].file;
    memcpy(after.live, after.durable, sizeof after.live);
    after.change_count = 0;
    assert_names(left, after.live);
    struct sx_os *gone = stay ? *os : left;
    if (stay) {
        *os = left;
        *names = after;
    }
    sx_os_mem_destroy(gone);
}

static void run_names(uint64_t seed)
{
    static struct names names;
    uint64_t random = seed;
    memset(&names, 0, sizeof names);
    struct sx_os *os = sx_os_mem_create(seed);
    assert_int_equal(os->ops->mkdir(os, "d", NULL), STRIA_OK);
    assert_int_equal(os->ops->sync_dir(os, "", NULL), STRIA_OK);
    for (int step = 0; step < 200; step++) {
        uint64_t choice = next_random(&random) % 12;
        int name = (int)(next_random(&random) % NAME_COUNT);
        int other = (int)(next_random(&random) % NAME_COUNT);
        if (choice < 4 && names.live[name]) {
            assert_int_equal(os->ops->unlink(os, path_of(name), NULL), STRIA_OK);
            names_change(&names, name, 0);
        } else if (choice < 5 && names.live[other] && !names.live[name]) {
            assert_int_equal(os->ops->link(os, path_of(other), path_of(name), NULL), STRIA_OK);
            names_change(&names, name, names.live[other]);
        } else if (choice < 8 && !names.live[name]) {
            make_file(os, &names, name);
        } else if (choice < 9) {
            assert_int_equal(os->ops->sync_dir(os, "d", NULL), STRIA_OK);
            memcpy(names.durable, names.live, sizeof names.durable);
            names.change_count = 0;
        } else if (choice < 11) {
            crash_names(&os, &names, &random, choice == 10);
        }
        assert_names(os, names.live);
    }
    sx_os_mem_destroy(os);
}

static void test_names_survive_as_in_the_naive_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        print_message("seed %d\n", (int)seed);
        run_names(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_survive_as_in_the_naive_model),
        cmocka_unit_test(test_names_survive_as_in_the_naive_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
