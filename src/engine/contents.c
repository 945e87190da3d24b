/* SPDX-License-Identifier: Apache-2.0 */
/* contents.c -- see contents.h. */
#include "engine/contents.h"

#include "base/error.h"
#include "engine/edit.h"

#include <stdio.h>

/* Takes out segments: the one of this id, or, if the id is 0, all of the policy. */
static void remove_segments(struct sx_contents *c, uint64_t segment_id, uint32_t policy_id)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->segment_count; i++) {
        const struct sx_segment_info *info = &c->segments[i];
        bool gone = segment_id ? info->segment_id == segment_id : info->policy_id == policy_id;
        if (!gone)
            c->segments[kept++] = *info;
    }
    c->segment_count = kept;
}

/* Takes out policies: the one of this id, or, if the id is 0, all of the database. */
static void remove_policies(struct sx_contents *c, uint32_t policy_id, uint32_t database_id)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->policy_count; i++) {
        struct sx_contents_policy policy = c->policies[i];
        bool gone = policy_id ? policy.policy_id == policy_id : policy.database_id == database_id;
        if (gone)
            remove_segments(c, 0, policy.policy_id);
        else
            c->policies[kept++] = policy;
    }
    c->policy_count = kept;
}

static bool add_policy(struct sx_contents *c, uint32_t database_id, uint32_t policy_id)
{
    for (size_t i = 0; i < c->policy_count; i++)
        if (c->policies[i].policy_id == policy_id)
            return true;
    if (!SX_GROW(c->mem, c->policies, c->policy_capacity, c->policy_count + 1))
        return false;
    c->policies[c->policy_count++] = (struct sx_contents_policy){database_id, policy_id};
    return true;
}

static bool apply(struct sx_contents *c, const struct sx_edit_item *item)
{
    switch (item->op) {
    case SX_OP_ADD_SEGMENT:
        if (!SX_GROW(c->mem, c->segments, c->segment_capacity, c->segment_count + 1))
            return false;
        c->segments[c->segment_count++] = item->segment;
        return true;
    case SX_OP_REMOVE_SEGMENT:
        remove_segments(c, item->number, 0);
        return true;
    case SX_OP_FLUSHED:
        c->flushed_generation = item->number;
        return true;
    case SX_OP_KEEP_LOG:
        if (!SX_GROW(c->mem, c->kept_logs, c->kept_log_capacity, c->kept_log_count + 1))
            return false;
        c->kept_logs[c->kept_log_count++] = item->number;
        return true;
    case SX_OP_PUT_POLICY:
        return add_policy(c, item->database_id, item->policy.id);
    case SX_OP_DROP_POLICY:
        remove_policies(c, item->policy_id, 0);
        return true;
    case SX_OP_DROP_DATABASE:
        remove_policies(c, 0, item->database_id);
        return true;
    default: /* says nothing about files */
        return true;
    }
}

static stria_status apply_all(void *context, struct sx_bytes operations, stria_error *err)
{
    struct sx_contents *c = context;
    for (;;) {
        struct sx_edit_item item;
        bool end;
        stria_status st = sx_edit_take(&operations, &item, &end, err);
        if (st || end)
            return st;
        if (!apply(c, &item))
            return sx_mem_refused(c->mem, c->segment_count * sizeof *c->segments, err);
    }
}

static void put_nothing(void *context, struct sx_buf *out)
{
    (void)context;
    (void)out;
}

stria_status sx_contents_read(struct sx_contents *c, struct sx_os *os, struct sx_mem *mem,
                              const char *path, stria_error *err)
{
    static const struct sx_event_sink no_events;
    char dir[SX_PATH_MAX];
    struct sx_manifest *manifest = NULL;
    struct sx_manifest_result result;
    *c = (struct sx_contents){.mem = mem};
    if (snprintf(dir, sizeof dir, "%s/manifest", path) >= (int)sizeof dir)
        return sx_fail(err, STRIA_INVALID, "the path is too long");
    struct sx_manifest_options options = {
        .os = os, .mem = mem, .dir = dir, .events = &no_events, .put_state = put_nothing};
    stria_status st = sx_manifest_create(&options, &manifest, err);
    if (!st)
        st = sx_manifest_read(manifest, apply_all, c, &result, err);
    if (!st) {
        c->found = result.found;
        memcpy(c->store_uuid, result.store_uuid, sizeof c->store_uuid);
        c->manifest_no = sx_manifest_number(manifest);
        memcpy(c->bad_offsets, result.bad_offsets, sizeof c->bad_offsets);
        c->bad_count = result.bad_count;
    }
    sx_manifest_destroy(manifest);
    return st;
}

void sx_contents_deinit(struct sx_contents *c)
{
    sx_mem_free(c->mem, c->segments);
    sx_mem_free(c->mem, c->kept_logs);
    sx_mem_free(c->mem, c->policies);
    *c = (struct sx_contents){0};
}

const struct sx_segment_info *sx_contents_segment(const struct sx_contents *c, uint64_t segment_id)
{
    for (size_t i = 0; i < c->segment_count; i++)
        if (c->segments[i].segment_id == segment_id)
            return &c->segments[i];
    return NULL;
}
