/* SPDX-License-Identifier: Apache-2.0 */
/* new_store.c -- see new_store.h. */
#include "engine/new_store.h"

#include "base/error.h"
#include "engine/copy.h"
#include "engine/manifest.h"

#include <inttypes.h>
#include <stdio.h>

static stria_status too_long(const struct sx_new_store *s, stria_error *err)
{
    return sx_fail(err, STRIA_INVALID, "%s: the path is too long", s->path);
}

static stria_status join(const struct sx_new_store *s, const char *name, char *path,
                         stria_error *err)
{
    int size = snprintf(path, SX_PATH_MAX, "%s/%s", s->path, name);
    return size > 0 && size < SX_PATH_MAX ? STRIA_OK : too_long(s, err);
}

stria_status sx_new_store_segment_path(const struct sx_new_store *s, uint64_t segment_id,
                                       char *path, stria_error *err)
{
    int size = snprintf(path, SX_PATH_MAX, "%s/seg/%016" PRIx64 ".seg", s->path, segment_id);
    return size > 0 && size < SX_PATH_MAX ? STRIA_OK : too_long(s, err);
}

stria_status sx_new_store_log_path(const struct sx_new_store *s, uint32_t name_no, char *path,
                                   stria_error *err)
{
    int size = snprintf(path, SX_PATH_MAX, "%s/wal/%08" PRIx32 ".wal", s->path, name_no);
    return size > 0 && size < SX_PATH_MAX ? STRIA_OK : too_long(s, err);
}

static stria_status make_folder(const struct sx_new_store *s, const char *name, stria_error *err)
{
    char path[SX_PATH_MAX];
    stria_status st = join(s, name, path, err);
    return st ? st : s->os->ops->mkdir(s->os, path, err);
}

static stria_status sync_folder(const struct sx_new_store *s, const char *name, stria_error *err)
{
    char path[SX_PATH_MAX];
    stria_status st = join(s, name, path, err);
    return st ? st : s->os->ops->sync_dir(s->os, path, err);
}

stria_status sx_new_store_begin(struct sx_new_store *s, stria_error *err)
{
    bool exists, empty;
    stria_status st = sx_copy_is_empty(s->os, s->path, &exists, &empty, err);
    if (!st && !empty)
        st = sx_fail(err, STRIA_EXISTS, "%s: is there already and not empty", s->path);
    s->begun = !st;
    if (!st && !exists) {
        st = s->os->ops->mkdir(s->os, s->path, err);
        s->own_folder = !st;
    }
    if (!st)
        st = make_folder(s, "wal", err);
    return st ? st : make_folder(s, "seg", err);
}

static void put_state(void *context, struct sx_buf *out)
{
    sx_buf_put_bytes(out, *(const struct sx_bytes *)context);
}

stria_status sx_new_store_finish(struct sx_new_store *s, const uint8_t store_uuid[16],
                                 struct sx_bytes state, stria_error *err)
{
    char dir[SX_PATH_MAX];
    struct sx_manifest *manifest = NULL;
    stria_status st = sync_folder(s, "wal", err);
    if (!st)
        st = sync_folder(s, "seg", err);
    if (!st)
        st = s->os->ops->sync_dir(s->os, s->path, err);
    if (!st)
        st = make_folder(s, "manifest", err);
    if (!st)
        st = join(s, "manifest", dir, err);
    struct sx_manifest_options options = {.os = s->os,
                                          .mem = s->mem,
                                          .dir = dir,
                                          .events = s->events,
                                          .put_state = put_state,
                                          .context = &state};
    if (!st)
        st = sx_manifest_create(&options, &manifest, err);
    if (!st)
        st = sx_manifest_begin(manifest, store_uuid, err);
    sx_manifest_destroy(manifest);
    if (!st)
        st = s->os->ops->sync_dir(s->os, s->path, err);
    return st ? st : sx_copy_sync_parent(s->os, s->path, err);
}

void sx_new_store_undo(struct sx_new_store *s)
{
    static const char *const names[] = {"manifest", "wal", "seg"}; /* the store ends first */
    char path[SX_PATH_MAX];
    if (!s->begun)
        return;
    for (size_t i = 0; i < SX_COUNT_OF(names); i++) {
        if (join(s, names[i], path, NULL) == STRIA_OK)
            sx_copy_remove_folder(s->os, s->mem, path);
        (void)s->os->ops->sync_dir(s->os, s->path, NULL);
    }
    if (s->own_folder)
        (void)s->os->ops->rmdir(s->os, s->path, NULL);
}
