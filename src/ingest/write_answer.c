/* SPDX-License-Identifier: Apache-2.0 */
/* write_answer.c -- see write_answer.h. */
#include "ingest/write_answer.h"

#include "base/duration_text.h"
#include "base/int_text.h"
#include "base/time_text.h"
#include "ingest/line_print.h"
#include "model/series_key.h"

/* ---- points outside of what the policy keeps ------------------------------------------------ */

static void put_time(struct sx_buf *out, int64_t ts_ns)
{
    uint8_t text[SX_TIME_TEXT_MAX];
    sx_buf_put(out, text, sx_time_write(text, ts_ns));
}

/* The key as line protocol has it; of one that has no form there, the measurement as it is
 * stored. */
static void put_key(struct sx_buf *out, struct sx_bytes key)
{
    struct sx_bytes measurement = {0};
    if (!sx_line_put_canonical(out, key) && sx_key_take(&key, &measurement))
        sx_buf_put_bytes(out, measurement);
}

static void put_point(struct sx_buf *out, const char *which, const struct sx_outside_point *point)
{
    static const char *const bounds[] = {
        [SX_BOUND_RETENTION] = "Retention Policy Lower Bound",
        [SX_BOUND_PAST] = "Write Window Lower Bound",
        [SX_BOUND_FUTURE] = "Write Window Upper Bound",
    };
    sx_buf_put_text(out, which);
    sx_buf_put_text(out, " point ");
    put_key(out, point->key);
    sx_buf_put_text(out, " at ");
    put_time(out, point->ts_ns);
    sx_buf_printf(out, " dropped because it violates a %s at ", bounds[point->bound]);
    put_time(out, point->bound_ns);
}

static void put_outside(struct sx_buf *out, const struct sx_write_outcome *outcome)
{
    uint64_t retention = outcome->outside_retention_count, window = outcome->outside_window_count;
    uint8_t duration[SX_DURATION_TEXT_MAX];
    sx_buf_put_text(out, "dropped ");
    if (retention) {
        sx_buf_printf(out, "%llu points outside retention policy of duration ",
                      (unsigned long long)retention);
        sx_buf_put(out, duration, sx_duration_write_go(duration, outcome->duration_ns));
    }
    if (window)
        sx_buf_printf(out, "%s%llu points outside write window", retention ? " and " : "",
                      (unsigned long long)window);
    sx_buf_put_text(out, " - ");
    put_point(out, "oldest", &outcome->oldest);
    if (retention + window > 1) {
        sx_buf_put_text(out, ", ");
        put_point(out, "newest", &outcome->newest);
    }
}

/* ---- the answer ----------------------------------------------------------------------------- */

/* Appends as much of `bytes` as leaves `keep` bytes of room behind it. */
static void put_cut(struct sx_buf *out, struct sx_bytes bytes, size_t keep)
{
    size_t room = out->max - out->len;
    bytes.len = SX_MIN(bytes.len, room > keep ? room - keep : 0);
    sx_buf_put_bytes(out, bytes);
}

static void put_tail(struct sx_buf *out, uint64_t dropped, const struct sx_write_target *target,
                     struct sx_bytes policy)
{
    uint8_t number[SX_INT_TEXT_MAX];
    sx_buf_put_text(out, " dropped=");
    sx_buf_put(out, number, sx_uint_write(number, dropped));
    sx_buf_put_text(out, " for database: ");
    sx_buf_put_bytes(out, target->database);
    if (policy.len) {
        sx_buf_put_text(out, " for retention policy: ");
        sx_buf_put_bytes(out, policy);
    }
}

static size_t tail_size(const struct sx_write_target *target, struct sx_bytes policy)
{
    return sizeof " dropped= for database:  for retention policy: " + SX_INT_TEXT_MAX +
           target->database.len + policy.len;
}

/* partial write: <reason> dropped=<count> for database: <name> for retention policy: <name> */
static void put_partial(struct sx_buf *out, struct sx_bytes reason, uint64_t dropped,
                        const struct sx_write_target *target, struct sx_bytes policy)
{
    sx_buf_put_text(out, "partial write: ");
    put_cut(out, reason, tail_size(target, policy));
    put_tail(out, dropped, target, policy);
}

/* The first reason of those the parser found in tags and fields and those the store found. */
static struct sx_bytes first_reason(const struct sx_ingest_problems *problems,
                                    const struct sx_write_outcome *outcome)
{
    bool parser = problems->reason_line != 0, store = outcome->conflict_count != 0;
    if (parser && store)
        parser =
            problems->reason_rank == SX_DROP_TAG || problems->reason_line <= outcome->conflict_line;
    return parser  ? sx_buf_bytes(&problems->reason)
           : store ? outcome->conflict_text
                   : (struct sx_bytes){0};
}

stria_status sx_write_answer(struct sx_buf *text, const struct sx_ingest_problems *problems,
                             const struct sx_write_outcome *outcome,
                             const struct sx_write_target *target, stria_error *err)
{
    uint64_t outside = outcome->outside_retention_count + outcome->outside_window_count;
    uint64_t refused = problems->dropped_count + outcome->conflict_count;
    struct sx_bytes unparsed = sx_buf_bytes(&problems->text);
    struct sx_bytes reason = first_reason(problems, outcome);
    if (unparsed.len && outcome->stored_count + outside + refused == 0) {
        put_cut(text, unparsed, 0);
    } else if (reason.len) {
        put_partial(text, reason, refused, target, target->policy);
    } else if (outside) {
        sx_buf_put_text(text, "partial write: ");
        put_outside(text, outcome);
        put_tail(text, outside, target, target->policy);
    } else if (unparsed.len) {
        put_partial(text, unparsed, 0, target, target->policy_asked);
    }
    return text->failed ? sx_buf_refused(text, "answer to a write", err) : STRIA_OK;
}
