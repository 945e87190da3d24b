/* SPDX-License-Identifier: Apache-2.0 */
/* floats.c -- see floats.h.
 *
 * Algorithm   The plain forms are planned first. Runs are planned where they are long enough on
 *             average, a dictionary where a sample repeats itself and the plain form is not small
 *             already. */
#include "codec/floats.h"

#include "base/error.h"
#include "codec/plain.h"
#include "codec/repeat.h"

/* Plans with runs and a dictionary, and keeps the one that is smaller than `limit` bits and than
 * the other; id is that of neither when there is none. */
static bool plan_repeats(struct sx_repeat_plan *best, const double *values, size_t count,
                         enum sx_tier tier, uint64_t limit, struct sx_mem *mem)
{
    struct sx_repeat_plan *runs = best, dictionary;
    if (!sx_runs_plan(runs, values, count, tier, mem))
        return false;
    if (SX_MIN(runs->bits, limit) <= SX_FLOATS_SMALL_BITS * (uint64_t)count)
        return true;
    if (!sx_dictionary_plan(&dictionary, values, count, tier, mem)) {
        sx_repeat_release(runs);
        return false;
    }
    if (dictionary.bits < SX_MIN(runs->bits, limit)) {
        sx_repeat_release(runs);
        *best = dictionary;
    } else {
        sx_repeat_release(&dictionary);
    }
    return true;
}

stria_status sx_floats_encode(struct sx_buf *out, const double *values, size_t count,
                              enum sx_tier tier, const struct sx_tables *shared, struct sx_mem *mem,
                              stria_error *err)
{
    struct sx_plain_plan plain;
    struct sx_repeat_plan repeat = {.bits = UINT64_MAX, .mem = mem, .inner.mem = mem};
    if (!sx_plain_plan(&plain, values, count, tier, shared, mem))
        return sx_mem_refused(mem, count * sizeof *values, err);
    if (plain.id != SX_FLOATS_CONSTANT && plain.bits > count &&
        !plan_repeats(&repeat, values, count, tier, plain.bits, mem)) {
        sx_plain_release(&plain);
        return sx_mem_refused(mem, count * sizeof *values, err);
    }
    if (repeat.bits < plain.bits)
        sx_repeat_write(out, &repeat);
    else
        sx_plain_write(out, &plain);
    sx_repeat_release(&repeat);
    sx_plain_release(&plain);
    return out->failed ? sx_buf_refused(out, "column", err) : STRIA_OK;
}

/* Copies of what is there are quicker than one value after the other. */
static void fill(double *values, size_t count, double v)
{
    size_t filled = SX_MIN(count, 32);
    for (size_t i = 0; i < filled; i++)
        values[i] = v;
    for (size_t more; filled < count; filled += more) {
        more = SX_MIN(filled, count - filled);
        memcpy(values + filled, values, more * sizeof *values);
    }
}

static stria_status decode_plain(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                                 const struct sx_tables *shared, double *values, stria_error *err)
{
    struct sx_plain_reader reader;
    size_t skip = first % SX_GROUP;
    stria_status st = sx_plain_open(&reader, in, count, shared, err);
    if (st || range_count == 0)
        return st;
    if (reader.id == SX_FLOATS_CONSTANT) {
        fill(values, range_count, reader.constant);
        return STRIA_OK;
    }
    bool good = sx_plain_seek(&reader, first / SX_GROUP);
    while (good && range_count) {
        size_t taken = SX_MIN(SX_GROUP - skip, range_count);
        if (taken == SX_GROUP) {
            good = sx_plain_next(&reader, values);
        } else {
            double group[SX_GROUP];
            good = sx_plain_next(&reader, group);
            if (good)
                memcpy(values, group + skip, taken * sizeof *values);
        }
        values += taken;
        range_count -= taken;
        skip = 0;
    }
    return good ? STRIA_OK
                : sx_fail(err, STRIA_CORRUPT, "a column of %zu doubles breaks its format", count);
}

stria_status sx_floats_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                              const struct sx_tables *shared, double *values, stria_error *err)
{
    struct sx_bytes body = in;
    if (in.len)
        body = sx_bytes_make(in.ptr + 1, in.len - 1);
    if (in.len && in.ptr[0] == SX_FLOATS_RUNS)
        return sx_runs_decode(body, count, first, range_count, values, err);
    if (in.len && in.ptr[0] == SX_FLOATS_DICTIONARY)
        return sx_dictionary_decode(body, count, first, range_count, values, err);
    return decode_plain(in, count, first, range_count, shared, values, err);
}

const char *sx_floats_name(struct sx_bytes in)
{
    switch (in.ptr[0]) {
    case SX_FLOATS_RAW:
        return "raw";
    case SX_FLOATS_CONSTANT:
        return "constant";
    case SX_FLOATS_SCALED:
        return "scaled";
    case SX_FLOATS_XOR:
        return "xor";
    case SX_FLOATS_RUNS:
        return "runs";
    case SX_FLOATS_DICTIONARY:
        return "dictionary";
    case SX_FLOATS_ORDERED:
        return "ordered";
    default:
        return "?";
    }
}
