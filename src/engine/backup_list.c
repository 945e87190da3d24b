/* SPDX-License-Identifier: Apache-2.0 */
/* backup_list.c -- see backup_list.h. */
#include "engine/backup_list.h"

#include "base/crc32c.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "stria backup 1\n"

static const char *const kind_names[] = {"state", "log", "seg"};

const char *sx_backup_folder(enum sx_backup_kind kind)
{
    static const char *const folders[] = {"", "log/", "seg/"};
    return folders[kind];
}

bool sx_backup_list_add(struct sx_backup_list *list, const struct sx_backup_file *file)
{
    if (!SX_GROW(list->mem, list->files, list->file_capacity, list->file_count + 1))
        return false;
    list->files[list->file_count++] = *file;
    return true;
}

void sx_backup_list_deinit(struct sx_backup_list *list)
{
    sx_mem_free(list->mem, list->files);
    list->files = NULL;
    list->file_count = list->file_capacity = 0;
}

const struct sx_backup_file *sx_backup_list_find(const struct sx_backup_list *list,
                                                 const char *name)
{
    for (size_t i = 0; i < list->file_count; i++)
        if (strcmp(list->files[i].name, name) == 0)
            return &list->files[i];
    return NULL;
}

void sx_backup_list_put(struct sx_buf *out, const struct sx_backup_list *list)
{
    size_t start = out->len;
    sx_buf_put_text(out, FIRST_LINE);
    sx_buf_printf(out, "number %016" PRIx64 "\nstore ", list->number);
    for (size_t i = 0; i < sizeof list->store_uuid; i++)
        sx_buf_printf(out, "%02x", list->store_uuid[i]);
    sx_buf_printf(out, "\ntaken %" PRId64 "\n", list->taken_ns);
    for (size_t i = 0; i < list->file_count; i++) {
        const struct sx_backup_file *f = &list->files[i];
        sx_buf_printf(out, "%s %08" PRIx32 " %" PRIu64 " %" PRIx64 " %s\n", kind_names[f->kind],
                      f->crc, f->size, f->id, f->name);
    }
    if (!out->failed)
        sx_buf_printf(out, "end %08" PRIx32 "\n", sx_crc32c(0, out->ptr + start, out->len - start));
}

/* ---- reading ---- */

struct reader {
    struct sx_bytes in; /* what is left */
    bool failed;        /* for good */
};

static void take_text(struct reader *r, const char *text)
{
    size_t len = strlen(text);
    if (r->failed || r->in.len < len || memcmp(r->in.ptr, text, len) != 0)
        r->failed = true;
    else
        r->in = sx_bytes_make(r->in.ptr + len, r->in.len - len);
}

static int digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Takes up to `most` digits of a number that fits 64 bits. */
static uint64_t take_number(struct reader *r, unsigned base, size_t most)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; !r->failed && i < r->in.len && i < most; i++) {
        unsigned digit = (unsigned)digit_of(r->in.ptr[i]);
        if (digit >= base)
            break;
        if (v > (UINT64_MAX - digit) / base)
            r->failed = true;
        else
            v = v * base + digit;
    }
    if (r->failed || i == 0) {
        r->failed = true;
        return 0;
    }
    r->in = sx_bytes_make(r->in.ptr + i, r->in.len - i);
    return v;
}

/* A name that cannot lead out of the folder: letters, digits, '-' and dots not at its start. */
static void take_name(struct reader *r, char name[SX_BACKUP_NAME_MAX])
{
    size_t i = 0;
    for (; !r->failed && i < r->in.len && r->in.ptr[i] != '\n'; i++) {
        uint8_t c = r->in.ptr[i];
        bool good =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || (c == '.' && i > 0);
        if (!good || i + 1 >= SX_BACKUP_NAME_MAX) {
            r->failed = true;
            return;
        }
        name[i] = (char)c;
    }
    r->failed = r->failed || i == 0;
    if (r->failed)
        return;
    name[i] = 0;
    r->in = sx_bytes_make(r->in.ptr + i, r->in.len - i);
    take_text(r, "\n");
}

static bool begins_with(const struct reader *r, const char *text)
{
    size_t len = strlen(text);
    return r->in.len >= len && memcmp(r->in.ptr, text, len) == 0;
}

static void take_file(struct reader *r, struct sx_backup_file *file)
{
    size_t kind = 0;
    *file = (struct sx_backup_file){0};
    while (kind < SX_COUNT_OF(kind_names) && !begins_with(r, kind_names[kind]))
        kind++;
    if (kind == SX_COUNT_OF(kind_names)) {
        r->failed = true;
        return;
    }
    file->kind = (enum sx_backup_kind)kind;
    take_text(r, kind_names[kind]);
    take_text(r, " ");
    file->crc = (uint32_t)take_number(r, 16, 8);
    take_text(r, " ");
    file->size = take_number(r, 10, 20);
    take_text(r, " ");
    file->id = take_number(r, 16, 16);
    take_text(r, " ");
    take_name(r, file->name);
}

static void take_head(struct reader *r, struct sx_backup_list *list)
{
    take_text(r, FIRST_LINE);
    take_text(r, "number ");
    list->number = take_number(r, 16, 16);
    take_text(r, "\nstore ");
    for (size_t i = 0; i < sizeof list->store_uuid; i++)
        list->store_uuid[i] = (uint8_t)take_number(r, 16, 2);
    take_text(r, "\ntaken ");
    uint64_t taken = take_number(r, 10, 19);
    take_text(r, "\n");
    r->failed = r->failed || taken > INT64_MAX;
    list->taken_ns = r->failed ? 0 : (int64_t)taken;
}

/* A backup has one state, first; ids are what they are used for. */
static bool makes_sense(const struct sx_backup_list *list)
{
    for (size_t i = 0; i < list->file_count; i++) {
        const struct sx_backup_file *f = &list->files[i];
        if ((i == 0) != (f->kind == SX_BACKUP_STATE) ||
            (f->kind == SX_BACKUP_LOG && f->id > UINT32_MAX))
            return false;
    }
    return list->file_count > 0;
}

stria_status sx_backup_list_get(struct sx_bytes text, const char *path, struct sx_backup_list *list,
                                stria_error *err)
{
    struct reader r = {.in = text};
    struct sx_backup_file file;
    *list = (struct sx_backup_list){.mem = list->mem};
    if (begins_with(&r, "stria backup ") && text.len >= strlen(FIRST_LINE) &&
        !begins_with(&r, FIRST_LINE))
        return sx_fail(err, STRIA_VERSION, "%s: a backup of a newer version", path);
    take_head(&r, list);
    while (!r.failed && !begins_with(&r, "end ")) {
        take_file(&r, &file);
        if (!r.failed && !sx_backup_list_add(list, &file))
            return sx_mem_refused(list->mem, list->file_count * sizeof file, err);
    }
    size_t at = text.len - r.in.len;
    take_text(&r, "end ");
    uint64_t crc = take_number(&r, 16, 8);
    take_text(&r, "\n");
    if (r.failed || r.in.len || !makes_sense(list))
        return sx_fail(err, STRIA_CORRUPT, "%s: byte %zu is not what a backup has there", path,
                       text.len - r.in.len);
    if (crc != sx_crc32c(0, text.ptr, at))
        return sx_fail(err, STRIA_CORRUPT, "%s: the checksum is wrong", path);
    return STRIA_OK;
}
