/* SPDX-License-Identifier: Apache-2.0 */
/* hiding.c -- see hiding.h. */
#include "scan/hiding.h"

#include "base/error.h"
#include "model/series_key.h"

void sx_hiding_init(struct sx_hiding *hiding, struct sx_mem *mem, const struct sx_view *view)
{
    *hiding = (struct sx_hiding){.mem = mem, .view = view};
    sx_buf_init(&hiding->text, mem, 2 * 65536);
}

void sx_hiding_deinit(struct sx_hiding *hiding)
{
    if (!hiding->mem)
        return;
    sx_regex_scratch_destroy(hiding->scratch);
    sx_buf_deinit(&hiding->text);
    *hiding = (struct sx_hiding){0};
}

static stria_status hides(struct sx_hiding *h, const struct sx_tombstone *t, uint32_t source,
                          struct sx_bytes key, int64_t min_ts, int64_t max_ts, bool *hidden,
                          stria_error *err)
{
    if (t->time_min_ns > min_ts || t->time_max_ns < max_ts || !sx_view_masks(h->view, t, source))
        return STRIA_OK;
    if (!h->scratch)
        h->scratch = sx_regex_scratch_create(h->mem);
    if (!h->scratch)
        return sx_mem_refused(h->mem, 1024, err);
    return sx_tombstone_matches(t, key, h->scratch, &h->text, hidden, err);
}

stria_status sx_hiding_series(struct sx_hiding *hiding, uint32_t source, struct sx_bytes key,
                              int64_t min_ts, int64_t max_ts, bool *hidden, stria_error *err)
{
    const struct sx_tombstones *list = hiding->view->tombstones;
    stria_status st = STRIA_OK;
    *hidden = false;
    for (size_t i = 0; list && i < list->count && !st && !*hidden; i++)
        st = hides(hiding, &list->items[i], source, key, min_ts, max_ts, hidden, err);
    return st;
}

stria_status sx_hiding_measurement(struct sx_hiding *hiding, uint32_t source,
                                   struct sx_bytes escaped, int64_t min_ts, int64_t max_ts,
                                   bool *hidden, stria_error *err)
{
    const struct sx_tombstones *list = hiding->view->tombstones;
    stria_status st = STRIA_OK;
    struct sx_buf key;
    *hidden = false;
    if (sx_hiding_none(hiding))
        return STRIA_OK;
    sx_buf_init(&key, hiding->mem, 2 * 65536);
    sx_buf_put_bytes(&key, escaped);
    sx_buf_put_u8(&key, 0);
    if (key.failed)
        st = sx_buf_refused(&key, "measurement", err);
    for (size_t i = 0; i < list->count && !st && !*hidden; i++)
        if (!list->items[i].tags)
            st = hides(hiding, &list->items[i], source, sx_buf_bytes(&key), min_ts, max_ts, hidden,
                       err);
    sx_buf_deinit(&key);
    return st;
}
