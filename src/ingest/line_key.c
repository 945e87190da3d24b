/* SPDX-License-Identifier: Apache-2.0 */
/* line_key.c -- see line_key.h. */
#include "ingest/line_key.h"

#include "ingest/line_name.h"
#include "ingest/line_scan.h"

/* The canonical form may double each byte before its size is checked. */
#define CANONICAL_SIZE_MAX (4 * SX_KEY_SIZE_MAX)

bool sx_line_key_init(struct sx_line_key *key, struct sx_mem *mem)
{
    *key = (struct sx_line_key){.mem = mem};
    sx_buf_init(&key->canonical, mem, CANONICAL_SIZE_MAX);
    sx_buf_init(&key->scratch, mem, SX_KEY_SIZE_MAX + 1);
    key->tags = sx_mem_alloc(mem, SX_TAG_COUNT_MAX * sizeof *key->tags);
    return key->tags != NULL;
}

void sx_line_key_deinit(struct sx_line_key *key)
{
    sx_buf_deinit(&key->canonical);
    sx_buf_deinit(&key->scratch);
    sx_mem_free(key->mem, key->tags);
}

static stria_status fault(struct sx_buf *reason, const char *text)
{
    sx_buf_put_text(reason, text);
    return STRIA_SYNTAX;
}

/* One tag as it is written. */
struct raw_tag {
    struct sx_bytes key, value;
};

/* Takes the tag at *at, which is behind a comma, and moves *at behind it, to ',' or ' '. */
static stria_status take_tag(const uint8_t **at, const uint8_t *end, struct raw_tag *tag,
                             struct sx_buf *reason)
{
    const uint8_t *p = *at, *stop = sx_name_end(p, end, '=', ',', ' ');
    if (stop == p)
        return fault(reason, "missing tag key");
    if (stop == end || *stop != '=')
        return fault(reason, "missing tag value");
    tag->key = sx_bytes_make(p, (size_t)(stop - p));
    p = stop + 1;
    if (p == end || *p == ',' || *p == ' ')
        return fault(reason, "missing tag value");
    /* The first byte of a value may be anything else, even '='. */
    stop = sx_name_end(p, end, '=', ',', ' ');
    if (stop == p)
        stop = sx_name_end(p + 1, end, '=', ',', ' ');
    if (stop == end)
        return fault(reason, "missing fields");
    if (*stop == '=')
        return fault(reason, "invalid tag format");
    tag->value = sx_bytes_make(p, (size_t)(stop - p));
    *at = stop;
    return STRIA_OK;
}

static stria_bytes tag_text(struct sx_bytes raw, uint8_t **scratch)
{
    struct sx_bytes text = sx_name_text_of_tag(raw, scratch);
    return (stria_bytes){.ptr = (const char *)text.ptr, .len = text.len};
}

static bool is_time(stria_bytes text)
{
    return text.len == 4 && memcmp(text.ptr, "time", 4) == 0;
}

/* Checks the tags from `p` on, which is at ',' or ' ', counts them and tells where they end. */
static stria_status check_tags(const uint8_t *p, const uint8_t *end, size_t *count,
                               const uint8_t **tags_end, struct sx_buf *reason)
{
    struct raw_tag tag;
    for (*count = 0; *p == ','; (*count)++) {
        p++;
        stria_status status = take_tag(&p, end, &tag, reason);
        if (status)
            return status;
    }
    *tags_end = p;
    return STRIA_OK;
}

/* Fills tags and canonical from a checked key. */
static stria_status make_key(struct sx_line_key *key, struct sx_bytes raw, size_t measurement_size,
                             struct sx_buf *reason)
{
    sx_buf_clear(&key->scratch);
    if (!sx_buf_reserve(&key->scratch, raw.len + 1))
        return STRIA_NOMEM;
    uint8_t *scratch = key->scratch.ptr;
    key->measurement = sx_name_text(sx_bytes_make(raw.ptr, measurement_size), &scratch);
    const uint8_t *p = raw.ptr + measurement_size, *end = raw.ptr + raw.len;
    for (size_t i = 0; i < key->tag_count; i++) {
        struct raw_tag tag;
        const uint8_t *stop = sx_name_end(++p, end, '=', '=', '=');
        tag.key = sx_bytes_make(p, (size_t)(stop - p));
        p = stop + 1;
        stop = sx_name_end(p, end, ',', ',', ',');
        tag.value = sx_bytes_make(p, (size_t)(stop - p));
        p = stop;
        key->tags[i].key = tag_text(tag.key, &scratch);
        key->tags[i].value = tag_text(tag.value, &scratch);
        key->has_time_tag = key->has_time_tag || is_time(key->tags[i].key);
    }
    sx_buf_clear(&key->canonical);
    stria_status status =
        sx_key_make(&key->canonical, key->measurement, key->tags, key->tag_count, NULL);
    if (status == STRIA_INVALID)
        return fault(reason, "duplicate tags");
    if (status != STRIA_LIMIT)
        return status;
    key->long_size = key->canonical.len;
    return STRIA_OK;
}

stria_status sx_line_key_parse(struct sx_line_key *key, struct sx_bytes line, struct sx_bytes *raw,
                               struct sx_buf *reason)
{
    const uint8_t *start = line.ptr, *end = line.ptr + line.len;
    key->has_time_tag = false;
    key->tag_count = 0;
    key->long_size = 0;
    if (*start == ',')
        return fault(reason, "missing measurement");
    const uint8_t *p = sx_name_end(start, end, ',', ' ', ' ');
    if (p == end)
        return fault(reason, "missing fields");
    size_t measurement_size = (size_t)(p - start);
    stria_status status = check_tags(p, end, &key->tag_count, &p, reason);
    if (status)
        return status;
    *raw = sx_bytes_make(start, (size_t)(p - start));
    if (key->tag_count > SX_TAG_COUNT_MAX) {
        sx_buf_printf(reason, "too many tags: %zu > %d", key->tag_count, SX_TAG_COUNT_MAX);
        return STRIA_LIMIT;
    }
    if (raw->len > SX_KEY_SIZE_MAX) {
        sx_buf_printf(reason, "max key length exceeded: %zu > %d", raw->len, SX_KEY_SIZE_MAX);
        return STRIA_LIMIT;
    }
    return make_key(key, *raw, measurement_size, reason);
}
