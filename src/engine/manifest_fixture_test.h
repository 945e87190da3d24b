/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_fixture_test.h -- what the tests of manifests share: one in a folder of a disk in
 * memory, whose edits are numbers, and what reading it back tells as a text.
 *
 * Format      FLUSHED 7 is told as "7 ", any other operation as ". ". */
#ifndef SX_ENGINE_MANIFEST_FIXTURE_TEST_H
#define SX_ENGINE_MANIFEST_FIXTURE_TEST_H

#include "base/golden_test.h"
#include "engine/edit.h"
#include "engine/manifest_priv.h"
#include "os/os_fault.h"
#include "os/os_mem.h"

#define PATH "man/0000000000000001.man"
#define PATH_2 "man/0000000000000002.man"
#define PAGE 4096

static const uint8_t uuid[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

struct fixture {
    struct test_mem memory;
    struct sx_os *disk, *os;
    struct sx_manifest *manifest;
    uint64_t state; /* of the store: what put_state says */
    struct sx_buf seen;
    struct sx_manifest_result result;
    stria_error err;
};

static inline void put_state(void *context, struct sx_buf *out)
{
    sx_edit_put_number(out, SX_OP_FLUSHED, ((const struct fixture *)context)->state);
}

static inline stria_status see(void *context, struct sx_bytes operations, stria_error *err)
{
    struct fixture *f = context;
    struct sx_edit_item item;
    bool end;
    for (;;) {
        stria_status st = sx_edit_take(&operations, &item, &end, err);
        if (st || end)
            return st;
        sx_buf_printf(&f->seen, item.op == SX_OP_FLUSHED ? "%d " : ". ", (int)item.number);
    }
}

static inline void make_manifest(struct fixture *f)
{
    static const struct sx_event_sink no_events = {0};
    struct sx_manifest_options options = {.os = f->os,
                                          .mem = &f->memory.mem,
                                          .dir = "man",
                                          .events = &no_events,
                                          .put_state = put_state,
                                          .context = f};
    sx_manifest_destroy(f->manifest);
    assert_int_equal(sx_manifest_create(&options, &f->manifest, NULL), STRIA_OK);
}

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.state = 7};
    test_mem_init(&f->memory);
    f->disk = f->os = sx_os_mem_create(1);
    assert_int_equal(f->disk->ops->mkdir(f->disk, "man", NULL), STRIA_OK);
    sx_buf_init(&f->seen, &f->memory.mem, 65536);
    make_manifest(f);
}

static inline void fixture_deinit(struct fixture *f)
{
    sx_manifest_destroy(f->manifest);
    sx_buf_deinit(&f->seen);
    sx_os_mem_destroy(f->disk);
    test_mem_deinit(&f->memory);
}

static inline stria_status commit(struct fixture *f, uint64_t number)
{
    uint8_t storage[32];
    struct sx_buf ops;
    sx_buf_init_fixed(&ops, storage, sizeof storage);
    sx_edit_put_number(&ops, SX_OP_FLUSHED, number);
    return sx_manifest_commit(f->manifest, sx_buf_bytes(&ops), &f->err);
}

/* Reads with a new struct; what was seen is in f->seen. */
static inline stria_status read_back(struct fixture *f)
{
    make_manifest(f);
    sx_buf_clear(&f->seen);
    f->err = (stria_error){0};
    stria_status st = sx_manifest_read(f->manifest, see, f, &f->result, &f->err);
    assert_int_equal(f->err.code, st);
    sx_buf_put_u8(&f->seen, 0);
    return st;
}

static inline void assert_reads(struct fixture *f, const char *want)
{
    if (read_back(f))
        fail_msg("%s", f->err.text);
    assert_true(f->result.found);
    assert_memory_equal(f->result.store_uuid, uuid, 16);
    assert_string_equal((const char *)f->seen.ptr, want);
}

/* A manifest with the state 7 and then the edits 8 and 9. */
static inline void fill(struct fixture *f)
{
    fixture_init(f);
    assert_int_equal(sx_manifest_begin(f->manifest, uuid, &f->err), STRIA_OK);
    assert_int_equal(commit(f, 8), STRIA_OK);
    assert_int_equal(commit(f, 9), STRIA_OK);
}

/* ---- forging ---- */

struct forged {
    size_t page; /* where it stands; 0: no more */
    uint64_t edit_seq;
    uint8_t copy;
    const char *operations; /* golden text; NULL: the page is spoilt */
    uint32_t size_more;     /* that its header lies about the size */
};

static inline void forge(struct fixture *f, const struct forged *forged)
{
    size_t offset = forged->page * PAGE, size;
    uint8_t storage[64];
    struct sx_buf payload;
    uint8_t *bytes = sx_os_mem_bytes(f->disk, PATH, &size);
    if (size < offset + PAGE) {
        assert_true(sx_os_mem_resize(f->disk, PATH, offset + PAGE));
        bytes = sx_os_mem_bytes(f->disk, PATH, &size);
    }
    uint8_t *head = bytes + offset;
    if (!forged->operations) {
        head[0] ^= 1;
        return;
    }
    sx_buf_init_fixed(&payload, storage, sizeof storage);
    golden_put(&payload, forged->operations);
    uint32_t seed = sx_crc32c_seed(sx_manifest_salt(uuid, 1), offset);
    memset(head, 0, PAGE);
    sx_put_u32(head, SX_EDIT_MAGIC);
    sx_put_u64(head + 8, forged->edit_seq);
    sx_put_u32(head + 16, (uint32_t)payload.len + forged->size_more);
    sx_put_u32(head + 20, sx_crc32c(seed, payload.ptr, payload.len));
    head[24] = forged->copy;
    sx_put_u32(head + 4, sx_crc32c(seed, head + 8, SX_EDIT_HEADER_SIZE - 8));
    memcpy(head + SX_EDIT_HEADER_SIZE, payload.ptr, payload.len);
}

/* ---- a disk that does not do as it is told ---- */

struct hooks {
    const struct sx_os_ops *below;
    struct sx_os_ops ops;
    const char *gone; /* goes behind the list's back */
};

static struct hooks hooks;

static inline stria_status list_and_unlink(struct sx_os *os, const char *path, sx_list_each each,
                                           void *context, stria_error *err)
{
    stria_status st = hooks.below->list(os, path, each, context, err);
    (void)hooks.below->unlink(os, hooks.gone, NULL);
    return st;
}

static inline void hook(struct fixture *f)
{
    hooks = (struct hooks){.below = f->disk->ops, .ops = *f->disk->ops};
    f->disk->ops = &hooks.ops;
}

static inline void unhook(struct fixture *f)
{
    f->disk->ops = hooks.below;
}

/* A second manifest beside the first: the state 5, as edit 1. */
static inline void add_second(struct fixture *f)
{
    uint64_t state = f->state;
    make_manifest(f);
    f->manifest->options.keep_others = true;
    f->manifest->last_manifest_no = 1;
    f->state = 5;
    assert_int_equal(sx_manifest_begin(f->manifest, uuid, &f->err), STRIA_OK);
    f->state = state;
}

#endif
