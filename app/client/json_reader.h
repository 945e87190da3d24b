/* SPDX-License-Identifier: Apache-2.0 */
/* json_reader.h -- JSON as a sequence of tokens, from bytes that are still arriving.
 *
 * Why         A server's answer may be larger than memory: no tree is made, a string or a number at
 *             a time is held.
 * Source      RFC 8259. Documents may follow each other, as in chunked answers.
 * Format      {"a":[1,"x"]} -> OBJECT KEY a ARRAY NUMBER 1 STRING x ARRAY_END OBJECT_END END
 * Limits      SX_JSON_DEPTH_MAX levels; strings and numbers of SX_JSON_TOKEN_MAX bytes. Escaped
 *             surrogates without their other half become U+FFFD.
 * Threads     One owner. */
#ifndef SX_APP_CLIENT_JSON_READER_H
#define SX_APP_CLIENT_JSON_READER_H

#include "base/buf.h"

#define SX_JSON_DEPTH_MAX 64
#define SX_JSON_TOKEN_MAX ((size_t)64 << 20)

enum sx_json_kind {
    SX_JSON_END, /* of the input, between documents */
    SX_JSON_OBJECT,
    SX_JSON_OBJECT_END,
    SX_JSON_ARRAY,
    SX_JSON_ARRAY_END,
    SX_JSON_KEY,
    SX_JSON_STRING,
    SX_JSON_NUMBER,
    SX_JSON_TRUE,
    SX_JSON_FALSE,
    SX_JSON_NULL,
};

/* Gives up to `size` bytes; 0: the end. */
typedef stria_status (*sx_json_read)(void *context, void *bytes, size_t size, size_t *got,
                                     stria_error *err);

struct sx_json_reader {
    sx_json_read read;
    void *context;
    uint64_t offset; /* of the next byte in the input */
    size_t at, filled;
    uint8_t bytes[16384];
    struct sx_buf token;
    uint8_t open[SX_JSON_DEPTH_MAX]; /* { or [ */
    size_t depth;
    bool comma; /* a value was read at this level: a comma or the end follows */
    bool colon; /* a key was read: its value follows */
};

struct sx_json_token {
    enum sx_json_kind kind;
    struct sx_bytes text; /* of KEY, STRING (without escapes), NUMBER; until the next call */
};

void sx_json_reader_init(struct sx_json_reader *reader, struct sx_mem *mem, sx_json_read read,
                         void *context);
void sx_json_reader_deinit(struct sx_json_reader *reader);

/* The next token. Returns OK; IO ("... is not JSON: WHAT at byte N"; also what `read` returned);
 * NOMEM; LIMIT. After an error it must not be called again. */
SX_MUST_CHECK stria_status sx_json_next(struct sx_json_reader *reader, struct sx_json_token *token,
                                        stria_error *err);

/* Passes over a value of which `token` is the first. */
SX_MUST_CHECK stria_status sx_json_skip(struct sx_json_reader *reader,
                                        const struct sx_json_token *token, stria_error *err);

#endif
