/* SPDX-License-Identifier: Apache-2.0 */
/* exchange.h -- one request and its answer, as the routes see them.
 *
 * Why         The routes know nothing of the HTTP library: they read a request from this struct and
 *             write their answer into it; http.c moves both over the wire.
 * Life        head there -> begin -> body collected -> run -> answered -> over. `run` either
 *             prepares the answer at once, or, for routes that are deferred, keeps the exchange
 *             while the connection is asleep, and calls sx_exchange_finish() from any thread.
 * Threads     One owner at a time: the connection's thread, or whoever was given it by run. */
#ifndef SX_APP_SERVER_EXCHANGE_H
#define SX_APP_SERVER_EXCHANGE_H

#include "app/server/body.h"
#include "app/server/jobs.h"
#include "app/server/params.h"
#include "base/buf.h"

#include <stdatomic.h>

enum sx_method {
    SX_METHOD_GET,
    SX_METHOD_HEAD,
    SX_METHOD_POST,
    SX_METHOD_PUT,
    SX_METHOD_PATCH,
    SX_METHOD_DELETE,
    SX_METHOD_OPTIONS,
    SX_METHOD_OTHER,
};

enum sx_method sx_method_of(const char *name);

/* An answer that is made while it is sent. */
struct sx_stream_ops {
    /* Copies up to `size` bytes to `to`. Returns how many; 0: there are none yet, and the exchange
     * was put to sleep with sx_exchange_sleep() (by whom it will be woken); -1: the end; -2: it
     * broke off. On the connection's thread. */
    long (*read)(void *stream, char *to, size_t size);
    /* The exchange is over: no more calls, and no wakes after it returned. */
    void (*close)(void *stream);
};

#define SX_ANSWER_HEADERS_MAX 16
#define SX_REQUEST_ID_SIZE 37
#define SX_ERROR_HEADER_MAX 1024

struct sx_header {
    const char *name;  /* static */
    const char *value; /* static, or lives as long as the exchange */
};

struct sx_answer {
    unsigned status;
    const char *content_type; /* static; NULL: none */
    struct sx_buf body;
    const struct sx_stream_ops *stream_ops; /* NULL: the answer is `body` */
    void *stream;
    struct sx_header headers[SX_ANSWER_HEADERS_MAX];
    size_t header_count;
    char error_header[SX_ERROR_HEADER_MAX + 1];
};

struct sx_http;
struct sx_route;
struct sx_connection;

struct sx_exchange {
    struct sx_http *http;
    struct sx_connection *connection;
    void *handle; /* the HTTP library's connection */
    _Atomic unsigned references;
    int64_t begin_ns; /* monotonic: when the head was there */
    char *target;     /* path?query, changed by decoding */
    size_t target_size;

    /* request; header values are NULL when they are not there */
    enum sx_method method;
    const char *path; /* decoded, NUL-terminated */
    char *query;      /* of the URL, as it came; NUL-terminated */
    const char *accept;
    const char *accept_encoding;
    const char *content_type;
    const char *content_encoding;
    const char *origin;
    const char *host;
    const char *request_id; /* the client's, or own_request_id */
    char own_request_id[SX_REQUEST_ID_SIZE];
    bool has_length;
    uint64_t length; /* Content-Length */
    bool expects_continue;

    /* body */
    struct sx_body body;
    uint64_t body_received; /* bytes, also those that were dropped */
    bool drops_body;        /* it will not be looked at: the answer is known */
    bool head_seen;

    /* by the routes */
    const struct sx_route *route;
    bool is_deferred;
    bool is_ready; /* the answer is prepared */
    struct sx_params params;
    struct sx_job job;
    void *server;

    struct sx_answer answer;
    size_t answer_reserved; /* bytes of the body's budget that the answer counts as */
};

/* Adds a header to the answer; asserts that there is room. */
void sx_exchange_header(struct sx_exchange *exchange, const char *name, const char *value);

/* Prepares an answer with a body of text (copied), or without one when text is NULL. */
void sx_exchange_text(struct sx_exchange *exchange, unsigned status, const char *content_type,
                      const char *text);

/* Text that may stand in a header: line ends and NULs become blanks, blanks at the ends are left
 * out; at most `size` - 1 bytes, NUL-terminated. Returns out. */
const char *sx_header_text(char *out, size_t size, struct sx_bytes text);

/* Decodes the target's path and cuts off its query. False: a bad escape, or a NUL in the path. */
bool sx_exchange_split_target(struct sx_exchange *exchange);

#endif
