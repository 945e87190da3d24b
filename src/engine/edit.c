/* SPDX-License-Identifier: Apache-2.0 */
/* edit.c -- see edit.h. */
#include "engine/edit.h"

#include "base/error.h"
#include "base/varint.h"

#include <assert.h>

#define MAY_SKIP 128 /* operation types from here on may be ignored by a reader that lacks them */

/* ---- writing ---- */

/* Every payload is short but for its strings: it is built in front of the caller's buffer's end,
 * and its size put before it. */
static void put_op(struct sx_buf *out, enum sx_edit_op op, const struct sx_buf *payload)
{
    assert(!payload->failed); /* its storage is as large as the largest numbers need */
    sx_buf_put_u8(out, (uint8_t)op);
    sx_buf_put_sized(out, sx_buf_bytes(payload));
}

void sx_edit_put_empty(struct sx_buf *out, enum sx_edit_op op)
{
    sx_buf_put_u8(out, (uint8_t)op);
    sx_buf_put_varint(out, 0);
}

void sx_edit_put_counters(struct sx_buf *out, const struct sx_counters *counters)
{
    uint8_t storage[5 * SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    sx_buf_put_varint(&p, counters->next_segment_id);
    sx_buf_put_varint(&p, counters->next_database_id);
    sx_buf_put_varint(&p, counters->next_policy_id);
    sx_buf_put_varint(&p, counters->next_seq);
    sx_buf_put_varint(&p, counters->next_tombstone_id);
    put_op(out, SX_OP_COUNTERS, &p);
}

void sx_edit_put_segment(struct sx_buf *out, const struct sx_segment_info *info)
{
    uint8_t storage[16 + 18 * SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    sx_buf_put(&p, info->uuid, sizeof info->uuid);
    sx_buf_put_varint(&p, info->segment_id);
    sx_buf_put_varint(&p, info->policy_id);
    sx_buf_put_varint(&p, info->level);
    sx_buf_put_varint(&p, info->tier);
    sx_buf_put_varint(&p, info->epoch);
    sx_buf_put_varint(&p, info->first_generation);
    sx_buf_put_varint(&p, info->last_generation);
    sx_buf_put_varint(&p, info->first_seq);
    sx_buf_put_varint(&p, info->last_seq);
    sx_buf_put_zigzag(&p, info->min_ts);
    sx_buf_put_zigzag(&p, info->max_ts);
    sx_buf_put_varint(&p, info->series_count);
    sx_buf_put_varint(&p, info->row_count);
    sx_buf_put_varint(&p, info->sample_count);
    sx_buf_put_varint(&p, info->chunk_count);
    sx_buf_put_varint(&p, info->file_size);
    sx_buf_put_varint(&p, info->tombstone_id);
    sx_buf_put_zigzag(&p, info->created_ns);
    put_op(out, SX_OP_ADD_SEGMENT, &p);
}

void sx_edit_put_number(struct sx_buf *out, enum sx_edit_op op, uint64_t number)
{
    uint8_t storage[SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    sx_buf_put_varint(&p, number);
    put_op(out, op, &p);
}

/* Operations with a name: the payload's size must be known first. */
static size_t varint_size(uint64_t v)
{
    uint8_t scratch[SX_VARINT_SIZE_MAX];
    return sx_varint_write(scratch, v);
}

/* A limit is stored as one more than it is; 0: that of the store. Limits that are all the store's
 * are left out. */
void sx_edit_put_database(struct sx_buf *out, const struct sx_database *database)
{
    uint8_t storage[SX_LIMIT_KIND_COUNT * SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    bool own = false;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++) {
        own = own || database->limits[i] != SX_LIMIT_OF_STORE;
        sx_buf_put_varint(&p, database->limits[i] + 1);
    }
    if (!own)
        sx_buf_clear(&p);
    sx_buf_put_u8(out, SX_OP_CREATE_DATABASE);
    sx_buf_put_varint(out, varint_size(database->id) + varint_size(database->name.len) +
                               database->name.len + p.len);
    sx_buf_put_varint(out, database->id);
    sx_buf_put_sized(out, database->name);
    sx_buf_put_bytes(out, sx_buf_bytes(&p));
}

void sx_edit_put_policy(struct sx_buf *out, uint32_t database_id, const struct sx_policy *policy)
{
    uint8_t storage[12 * SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    sx_buf_put_zigzag(&p, policy->duration_ns);
    sx_buf_put_zigzag(&p, policy->shard_duration_ns);
    sx_buf_put_varint(&p, policy->replica_count);
    sx_buf_put_zigzag(&p, policy->future_limit_ns);
    sx_buf_put_zigzag(&p, policy->past_limit_ns);
    sx_buf_put_zigzag(&p, policy->window_ns);
    if (policy->rollup_of) {
        sx_buf_put_varint(&p, policy->rollup_of);
        sx_buf_put_zigzag(&p, policy->rollup_ns);
    }
    sx_buf_put_u8(out, SX_OP_PUT_POLICY);
    sx_buf_put_varint(out, varint_size(database_id) + varint_size(policy->id) +
                               varint_size(policy->name.len) + policy->name.len + p.len);
    sx_buf_put_varint(out, database_id);
    sx_buf_put_varint(out, policy->id);
    sx_buf_put_sized(out, policy->name);
    sx_buf_put_bytes(out, sx_buf_bytes(&p));
}

void sx_edit_put_default(struct sx_buf *out, uint32_t database_id, uint32_t policy_id)
{
    uint8_t storage[2 * SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    sx_buf_put_varint(&p, database_id);
    sx_buf_put_varint(&p, policy_id);
    put_op(out, SX_OP_DEFAULT_POLICY, &p);
}

void sx_edit_put_type(struct sx_buf *out, const struct sx_edit_type *type)
{
    uint8_t storage[4 * SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    sx_buf_put_u8(&p, (uint8_t)type->type);
    sx_buf_put_zigzag(&p, type->first_window);
    sx_buf_put_zigzag(&p, type->last_window);
    sx_buf_put_u8(out, SX_OP_TYPE);
    sx_buf_put_varint(out, varint_size(type->policy_id) + varint_size(type->measurement.len) +
                               type->measurement.len + varint_size(type->field.len) +
                               type->field.len + p.len);
    sx_buf_put_varint(out, type->policy_id);
    sx_buf_put_sized(out, type->measurement);
    sx_buf_put_sized(out, type->field);
    sx_buf_put_bytes(out, sx_buf_bytes(&p));
}

enum { TOMBSTONE_ALL = 1, TOMBSTONE_REGEX = 2, TOMBSTONE_NOT_REGEX = 4 };

static void put_tombstone_payload(struct sx_buf *out, const struct sx_tombstone *t)
{
    sx_buf_put_varint(out, t->id);
    sx_buf_put_varint(out, t->generation);
    sx_buf_put_varint(out, t->policy_id);
    sx_buf_put_u8(out, (uint8_t)((t->all_measurements ? TOMBSTONE_ALL : 0) |
                                 (t->measurement_regex.ptr ? TOMBSTONE_REGEX : 0) |
                                 (t->measurement_regex_not ? TOMBSTONE_NOT_REGEX : 0)));
    sx_buf_put_sized(out, t->measurement_regex.ptr ? t->measurement_regex : t->measurement);
    sx_buf_put_zigzag(out, t->time_min_ns);
    sx_buf_put_zigzag(out, t->time_max_ns);
    sx_tag_expr_put(out, t->tags);
}

void sx_edit_put_tombstone(struct sx_buf *out, const struct sx_tombstone *tombstone)
{
    /* Written twice: the first time only to learn its size, which stands before it. */
    size_t start = out->len;
    put_tombstone_payload(out, tombstone);
    size_t size = out->len - start;
    out->len = start;
    sx_buf_put_u8(out, SX_OP_ADD_TOMBSTONE);
    sx_buf_put_varint(out, size);
    put_tombstone_payload(out, tombstone);
}

void sx_edit_put_forget_types(struct sx_buf *out, uint32_t policy_id, struct sx_bytes measurement)
{
    sx_buf_put_u8(out, SX_OP_FORGET_TYPES);
    sx_buf_put_varint(out, varint_size(policy_id) + varint_size(measurement.len) + measurement.len);
    sx_buf_put_varint(out, policy_id);
    sx_buf_put_sized(out, measurement);
}

void sx_edit_put_applied(struct sx_buf *out, uint64_t segment_id, uint64_t tombstone_id)
{
    uint8_t storage[2 * SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    sx_buf_put_varint(&p, segment_id);
    sx_buf_put_varint(&p, tombstone_id);
    put_op(out, SX_OP_APPLIED, &p);
}

void sx_edit_put_rollup(struct sx_buf *out, uint32_t policy_id, const struct sx_rollup_mark *mark)
{
    uint8_t storage[4 * SX_VARINT_SIZE_MAX];
    struct sx_buf p;
    sx_buf_init_fixed(&p, storage, sizeof storage);
    sx_buf_put_varint(&p, policy_id);
    sx_buf_put_zigzag(&p, mark->window_start);
    sx_buf_put_varint(&p, mark->generation);
    sx_buf_put_u8(&p, mark->flags);
    put_op(out, SX_OP_ROLLUP, &p);
}

/* ---- reading ---- */

static bool get_u32(struct sx_bytes *in, uint32_t *out)
{
    uint64_t v;
    if (!sx_varint_get_max(in, UINT32_MAX, &v))
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool get_counters(struct sx_bytes *in, struct sx_counters *c)
{
    return sx_varint_get(in, &c->next_segment_id) && get_u32(in, &c->next_database_id) &&
           get_u32(in, &c->next_policy_id) && sx_varint_get(in, &c->next_seq) &&
           sx_varint_get(in, &c->next_tombstone_id);
}

static bool get_segment(struct sx_bytes *in, struct sx_segment_info *info)
{
    struct sx_bytes uuid;
    uint64_t level, tier;
    if (!sx_bytes_take(in, sizeof info->uuid, &uuid))
        return false;
    memcpy(info->uuid, uuid.ptr, sizeof info->uuid);
    bool ok = sx_varint_get(in, &info->segment_id) && get_u32(in, &info->policy_id) &&
              sx_varint_get_max(in, UINT16_MAX, &level) &&
              sx_varint_get_max(in, UINT8_MAX, &tier) && sx_varint_get(in, &info->epoch) &&
              sx_varint_get(in, &info->first_generation) &&
              sx_varint_get(in, &info->last_generation) && sx_varint_get(in, &info->first_seq) &&
              sx_varint_get(in, &info->last_seq) && sx_zigzag_get(in, &info->min_ts) &&
              sx_zigzag_get(in, &info->max_ts) && sx_varint_get(in, &info->series_count) &&
              sx_varint_get(in, &info->row_count) && sx_varint_get(in, &info->sample_count) &&
              sx_varint_get(in, &info->chunk_count) && sx_varint_get(in, &info->file_size) &&
              sx_varint_get(in, &info->tombstone_id) && sx_zigzag_get(in, &info->created_ns);
    if (!ok)
        return false;
    info->level = (uint16_t)level;
    info->tier = (uint8_t)tier;
    return info->min_ts <= info->max_ts && info->first_generation <= info->last_generation;
}

static bool get_database(struct sx_bytes *in, struct sx_edit_item *item)
{
    bool ok = get_u32(in, &item->database_id) && sx_sized_get(in, &item->name);
    for (int i = 0; ok && i < SX_LIMIT_KIND_COUNT; i++) {
        uint64_t limit = 0;
        ok = !in->len || sx_varint_get(in, &limit);
        item->limits[i] = limit - 1;
    }
    return ok;
}

static bool get_rollup(struct sx_bytes *in, uint32_t *policy_id, struct sx_rollup_mark *mark)
{
    struct sx_bytes flags;
    if (!get_u32(in, policy_id) || !sx_zigzag_get(in, &mark->window_start) ||
        !sx_varint_get(in, &mark->generation) || !sx_bytes_take(in, 1, &flags))
        return false;
    mark->flags = flags.ptr[0];
    return true;
}

/* Policies that hold no rollups end before what tells of them. */
static bool get_rollup_policy(struct sx_bytes *in, struct sx_policy *p)
{
    return in->len == 0 || (get_u32(in, &p->rollup_of) && sx_zigzag_get(in, &p->rollup_ns) &&
                            (p->rollup_of == 0 || sx_rollup_name(p->rollup_ns)));
}

static bool get_policy(struct sx_bytes *in, uint32_t *database_id, struct sx_policy *p)
{
    return get_u32(in, database_id) && get_u32(in, &p->id) && sx_sized_get(in, &p->name) &&
           sx_zigzag_get(in, &p->duration_ns) && sx_zigzag_get(in, &p->shard_duration_ns) &&
           get_u32(in, &p->replica_count) && sx_zigzag_get(in, &p->future_limit_ns) &&
           sx_zigzag_get(in, &p->past_limit_ns) && sx_zigzag_get(in, &p->window_ns) &&
           p->window_ns > 0 && get_rollup_policy(in, p);
}

static bool get_type(struct sx_bytes *in, struct sx_edit_type *t)
{
    struct sx_bytes type;
    if (!get_u32(in, &t->policy_id) || !sx_sized_get(in, &t->measurement) ||
        !sx_sized_get(in, &t->field) || !sx_bytes_take(in, 1, &type) || type.ptr[0] < STRIA_FLOAT ||
        type.ptr[0] > STRIA_STRING)
        return false;
    t->type = (stria_type)type.ptr[0];
    return sx_zigzag_get(in, &t->first_window) && sx_zigzag_get(in, &t->last_window) &&
           t->first_window <= t->last_window;
}

static bool get_tombstone(struct sx_bytes *in, struct sx_edit_item *item)
{
    struct sx_tombstone *t = &item->tombstone;
    struct sx_bytes flags, name;
    if (!sx_varint_get(in, &t->id) || !sx_varint_get(in, &t->generation) ||
        !get_u32(in, &t->policy_id) || !sx_bytes_take(in, 1, &flags) || !sx_sized_get(in, &name) ||
        !sx_zigzag_get(in, &t->time_min_ns) || !sx_zigzag_get(in, &t->time_max_ns))
        return false;
    t->all_measurements = flags.ptr[0] & TOMBSTONE_ALL;
    t->measurement_regex_not = flags.ptr[0] & TOMBSTONE_NOT_REGEX;
    *(flags.ptr[0] & TOMBSTONE_REGEX ? &t->measurement_regex : &t->measurement) = name;
    item->condition = *in;
    return true;
}

static bool get_payload(struct sx_bytes in, struct sx_edit_item *item)
{
    switch (item->op) {
    case SX_OP_SNAPSHOT_END:
        return true;
    case SX_OP_COUNTERS:
        return get_counters(&in, &item->counters);
    case SX_OP_ADD_SEGMENT:
        return get_segment(&in, &item->segment);
    case SX_OP_REMOVE_SEGMENT:
    case SX_OP_FLUSHED:
    case SX_OP_KEEP_LOG:
    case SX_OP_REMOVE_TOMBSTONE:
    case SX_OP_SET_ASIDE:
    case SX_OP_TAKE_BACK:
        return sx_varint_get(&in, &item->number);
    case SX_OP_APPLIED:
        return sx_varint_get(&in, &item->number) && sx_varint_get(&in, &item->tombstone_id);
    case SX_OP_ROLLUP:
        return get_rollup(&in, &item->policy_id, &item->mark);
    case SX_OP_CREATE_DATABASE:
        return get_database(&in, item);
    case SX_OP_DROP_DATABASE:
        return get_u32(&in, &item->database_id);
    case SX_OP_PUT_POLICY:
        return get_policy(&in, &item->database_id, &item->policy);
    case SX_OP_DROP_POLICY:
        return get_u32(&in, &item->policy_id);
    case SX_OP_DEFAULT_POLICY:
        return get_u32(&in, &item->database_id) && get_u32(&in, &item->policy_id);
    case SX_OP_TYPE:
        return get_type(&in, &item->type);
    case SX_OP_ADD_TOMBSTONE:
        return get_tombstone(&in, item);
    case SX_OP_FORGET_TYPES:
        return get_u32(&in, &item->type.policy_id) && sx_sized_get(&in, &item->type.measurement);
    }
    return false;
}

stria_status sx_edit_take(struct sx_bytes *in, struct sx_edit_item *item, bool *end,
                          stria_error *err)
{
    for (;;) {
        struct sx_bytes type, payload;
        *end = in->len == 0;
        if (*end)
            return STRIA_OK;
        if (!sx_bytes_take(in, 1, &type) || !sx_sized_get(in, &payload))
            return sx_fail(err, STRIA_CORRUPT, "an operation of an edit is cut");
        if (type.ptr[0] >= MAY_SKIP)
            continue;
        if (type.ptr[0] < SX_OP_SNAPSHOT_END || type.ptr[0] > SX_OP_ROLLUP)
            return sx_fail(err, STRIA_VERSION,
                           "operation %u of the manifest is not known to this version",
                           type.ptr[0]);
        *item = (struct sx_edit_item){.op = (enum sx_edit_op)type.ptr[0]};
        if (!get_payload(payload, item))
            return sx_fail(err, STRIA_CORRUPT, "operation %u of an edit is damaged", type.ptr[0]);
        return STRIA_OK;
    }
}

bool sx_edit_has(struct sx_bytes operations, enum sx_edit_op op)
{
    struct sx_bytes type, payload;
    while (sx_bytes_take(&operations, 1, &type) && sx_sized_get(&operations, &payload))
        if (type.ptr[0] == op)
            return true;
    return false;
}
