/* SPDX-License-Identifier: Apache-2.0 */
/* check.c -- see check.h: all of it in order, telling, and what footer and manifest say. */
#include "segment/check.h"

#include "base/error.h"
#include "segment/check_priv.h"

#include <inttypes.h>
#include <stdlib.h>

#define BLOCK_SIZE_MAX ((size_t)1 << 30)

/* ---- telling ---- */

static stria_status tell(struct sx_checking *c, stria_status st, uint64_t offset)
{
    sx_buf_put_u8(&c->telling, 0);
    if (c->telling.failed)
        return sx_buf_refused(&c->telling, "what is damaged", c->err);
    c->check->found_count++;
    c->check->found(c->check->context, st, offset, (const char *)c->telling.ptr);
    return STRIA_OK;
}

stria_status sx_check_told(struct sx_checking *c, stria_status st, uint64_t offset,
                           const struct sx_segment_loss *loss)
{
    if (!st || st == STRIA_NOMEM)
        return st;
    sx_buf_clear(&c->telling);
    sx_buf_put_text(&c->telling, c->err->text);
    if (loss) {
        sx_buf_put_text(&c->telling, "; lost: ");
        sx_segment_loss_put(&c->telling, c->segment, loss, c->mem);
    }
    return tell(c, st, offset);
}

stria_status sx_check_damaged(struct sx_checking *c, uint64_t offset, const char *what,
                              const struct sx_segment_loss *loss)
{
    return sx_check_told(c, sx_segment_damaged(c->segment, offset, what, c->err), offset, loss);
}

void sx_check_begin(struct sx_checking *c, uint64_t offset, const char *what)
{
    (void)sx_segment_damaged(c->segment, offset, what, c->err);
    sx_buf_clear(&c->telling);
    sx_buf_put_text(&c->telling, c->err->text);
    sx_buf_put_text(&c->telling, "; concerned: ");
}

stria_status sx_check_end(struct sx_checking *c, uint64_t offset)
{
    return tell(c, STRIA_CORRUPT, offset);
}

stria_status sx_check_series(struct sx_checking *c, uint64_t offset, const char *what,
                             uint32_t first, uint64_t count)
{
    if (count == 0)
        return STRIA_OK;
    sx_check_begin(c, offset, what);
    sx_segment_loss_put_series(&c->telling, c->segment, first, c->mem);
    if (count > 1)
        sx_buf_printf(&c->telling, " and %" PRIu64 " more", count - 1);
    return sx_check_end(c, offset);
}

stria_status sx_check_progress(struct sx_checking *c, uint64_t size)
{
    c->unreported_bytes += size;
    if (c->unreported_bytes < 16384 || !c->check->progress)
        return STRIA_OK;
    uint64_t bytes = c->unreported_bytes;
    c->unreported_bytes = 0;
    return c->check->progress(c->check->context, bytes)
               ? STRIA_OK
               : sx_fail(c->err, STRIA_CANCELLED, "the check was stopped");
}

/* The offset that a text of sx_segment_damaged() ends with; 0: none. */
static uint64_t offset_in(const char *text)
{
    const char *at = NULL;
    for (const char *p = text; (p = strstr(p, " at ")) != NULL; p += 4)
        at = p + 4;
    return at ? strtoull(at, NULL, 10) : 0;
}

/* ---- the footer ---- */

/* What the manifest says of a segment it says in the words of its footer. */
static bool same_info(const struct sx_segment_info *a, const struct sx_segment_info *b)
{
    return a->segment_id == b->segment_id && a->policy_id == b->policy_id && a->level == b->level &&
           a->tier == b->tier && a->epoch == b->epoch &&
           a->first_generation == b->first_generation && a->last_generation == b->last_generation &&
           a->first_seq == b->first_seq && a->last_seq == b->last_seq &&
           a->tombstone_id == b->tombstone_id && a->min_ts == b->min_ts && a->max_ts == b->max_ts &&
           a->row_count == b->row_count && a->sample_count == b->sample_count &&
           a->chunk_count == b->chunk_count && a->created_ns == b->created_ns;
}

/* What all blocks together come to; compared when each of them was good. */
static stria_status check_totals(struct sx_checking *c)
{
    const struct sx_segment_info *info = &c->segment->info;
    uint64_t offset = info->file_size - SX_SEGMENT_FOOTER_SIZE;
    if (c->check->found_count)
        return STRIA_OK;
    if (c->series_count != info->series_count || c->row_count != info->row_count ||
        c->sample_count != info->sample_count || c->chunk_count != info->chunk_count)
        return sx_check_damaged(c, offset, "counts of the footer", NULL);
    if (c->row_count && (c->min_ts != info->min_ts || c->max_ts != info->max_ts))
        return sx_check_damaged(c, offset, "times of the footer", NULL);
    return STRIA_OK;
}

/* ---- all of it ---- */

static stria_status check_all(struct sx_checking *c)
{
    struct sx_segment *s = c->segment;
    stria_status st = STRIA_OK;
    if (!same_info(&s->info, &s->footer.info))
        st = sx_check_damaged(c, s->info.file_size - SX_SEGMENT_FOOTER_SIZE,
                              "footer unlike the manifest", NULL);
    if (!st)
        st = sx_check_index(c);
    if (!st)
        st = sx_check_rows(c);
    return st ? st : check_totals(c);
}

static stria_status begin(struct sx_checking *c)
{
    size_t tags_size = ((size_t)c->segment->tag_count + 1) * sizeof *c->tags;
    c->room = sx_mem_alloc(c->mem, sizeof *c->room);
    if (!c->room)
        return sx_mem_refused(c->mem, sizeof *c->room, c->err);
    c->tags = sx_mem_zalloc(c->mem, tags_size);
    if (!c->tags)
        return sx_mem_refused(c->mem, tags_size, c->err);
    if (!sx_bitset_init(&c->with_rows, c->mem, (size_t)c->segment->info.series_count))
        return sx_mem_refused(c->mem, (size_t)c->segment->info.series_count / 8, c->err);
    return STRIA_OK;
}

static void end(struct sx_checking *c)
{
    sx_bitset_deinit(&c->with_rows);
    sx_mem_free(c->mem, c->tags);
    sx_mem_free(c->mem, c->room);
    sx_buf_deinit(&c->block);
    sx_buf_deinit(&c->text);
    sx_buf_deinit(&c->stored);
    sx_buf_deinit(&c->made);
    sx_arena_deinit(&c->strings);
    sx_segment_cursor_deinit(&c->cursor);
}

stria_status sx_segment_check(struct sx_segment *segment, struct sx_mem *mem,
                              struct sx_segment_check *check, stria_error *err)
{
    stria_error local = {0};
    struct sx_checking c = {.check = check,
                            .segment = segment,
                            .mem = mem,
                            .min_ts = INT64_MAX,
                            .max_ts = INT64_MIN,
                            .err = &local};
    uint64_t found_before = check->found_count;
    check->found_count = 0;
    sx_buf_init(&c.telling, mem, BLOCK_SIZE_MAX);
    stria_status st = sx_segment_pin(segment, &local);
    if (st) {
        st = sx_check_told(&c, st, offset_in(local.text), NULL);
        goto done;
    }
    sx_segment_cursor_init(&c.cursor, segment, mem);
    sx_arena_init(&c.strings, mem, 4096);
    sx_buf_init(&c.block, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c.text, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c.stored, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c.made, mem, BLOCK_SIZE_MAX);
    st = begin(&c);
    if (!st)
        st = check_all(&c);
    end(&c);
    sx_segment_unpin(segment);
done:
    sx_buf_deinit(&c.telling);
    check->found_count += found_before;
    if (st)
        sx_error_copy(err, &local);
    return st;
}
