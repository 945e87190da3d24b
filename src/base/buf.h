/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h -- bytes that grow, up to a maximum named at birth.
 *
 * Why         Output whose size is not known ahead: records, segments' parts, texts. The maximum
 *             bounds what bad input can make us build.
 * Invariants  Once an append was refused (`failed`), all later ones are no-ops: a long run of
 *             appends needs one check at its end.
 * Threads     One owner. */
#ifndef SX_BASE_BUF_H
#define SX_BASE_BUF_H

#include "base/bytes.h"
#include "base/mem.h"

struct sx_buf {
    uint8_t *ptr;
    size_t len;
    size_t capacity;
    size_t max;         /* appends beyond it are refused */
    struct sx_mem *mem; /* NULL: storage of the caller, which does not grow */
    bool failed;
    bool met_max;        /* it failed because an append would have passed the maximum */
    size_t refused_size; /* it failed because there was no memory for so many bytes */
};

static inline void sx_buf_init(struct sx_buf *buf, struct sx_mem *mem, size_t max)
{
    *buf = (struct sx_buf){.max = max, .mem = mem};
}

/* Uses `storage` and never allocates. */
static inline void sx_buf_init_fixed(struct sx_buf *buf, void *storage, size_t size)
{
    *buf = (struct sx_buf){.ptr = storage, .capacity = size, .max = size};
}

void sx_buf_deinit(struct sx_buf *buf);

/* Empties it, keeps its storage, and forgets a refusal. */
static inline void sx_buf_clear(struct sx_buf *buf)
{
    buf->len = 0;
    buf->failed = buf->met_max = false;
}

/* Makes room for `size` more bytes; false: refused (and `failed` is set). */
bool sx_buf_reserve_slow(struct sx_buf *buf, size_t size);
static inline bool sx_buf_reserve(struct sx_buf *buf, size_t size)
{
    if (SX_LIKELY(!buf->failed && buf->capacity - buf->len >= size))
        return true;
    return sx_buf_reserve_slow(buf, size);
}

/* Room for `size` bytes at the end, already counted in len; NULL: refused. */
static inline uint8_t *sx_buf_extend(struct sx_buf *buf, size_t size)
{
    if (!sx_buf_reserve(buf, size))
        return NULL;
    uint8_t *p = buf->ptr + buf->len;
    buf->len += size;
    return p;
}

static inline void sx_buf_put(struct sx_buf *buf, const void *bytes, size_t size)
{
    if (size && sx_buf_reserve(buf, size)) {
        memcpy(buf->ptr + buf->len, bytes, size);
        buf->len += size;
    }
}

static inline void sx_buf_put_bytes(struct sx_buf *buf, struct sx_bytes bytes)
{
    sx_buf_put(buf, bytes.ptr, bytes.len);
}

static inline void sx_buf_put_u8(struct sx_buf *buf, uint8_t v)
{
    if (sx_buf_reserve(buf, 1))
        buf->ptr[buf->len++] = v;
}

static inline void sx_buf_put_u16(struct sx_buf *buf, uint16_t v)
{
    uint8_t *p = sx_buf_extend(buf, 2);
    if (p)
        sx_put_u16(p, v);
}

static inline void sx_buf_put_u32(struct sx_buf *buf, uint32_t v)
{
    uint8_t *p = sx_buf_extend(buf, 4);
    if (p)
        sx_put_u32(p, v);
}

static inline void sx_buf_put_u64(struct sx_buf *buf, uint64_t v)
{
    uint8_t *p = sx_buf_extend(buf, 8);
    if (p)
        sx_put_u64(p, v);
}

/* Appends a NUL-terminated string without its NUL. */
static inline void sx_buf_put_text(struct sx_buf *buf, const char *text)
{
    sx_buf_put(buf, text, strlen(text));
}

/* printf's format; never %f (locale). */
void sx_buf_printf(struct sx_buf *buf, const char *format, ...) SX_FORMAT(2, 3);

static inline struct sx_bytes sx_buf_bytes(const struct sx_buf *buf)
{
    return sx_bytes_make(buf->ptr, buf->len);
}

/* Writes what sx_buf_refused() tells; true: it met its maximum. */
bool sx_buf_tell_refused(const struct sx_buf *buf, const char *what, stria_error *err);

/* LIMIT (the maximum was met) or NOMEM for a buffer that failed, naming `what`. */
static inline stria_status sx_buf_refused(const struct sx_buf *buf, const char *what,
                                          stria_error *err)
{
    return sx_buf_tell_refused(buf, what, err) ? STRIA_LIMIT : STRIA_NOMEM;
}

#endif
