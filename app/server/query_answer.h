/* SPDX-License-Identifier: Apache-2.0 */
/* query_answer.h -- the answer of a query, made in parts on the query threads and sent as it is
 * made.
 *
 * Why         An answer may be larger than memory and its client slow. So a thread makes one part
 *             and turns to other work; while that part is sent the next one is made; and when both
 *             are full nothing happens until the client has read. A slow client holds two parts and
 *             a cursor, never a thread.
 * Algorithm   Two buffers: the front is sent by the connection's thread, the back is filled by a
 *             job of the query pool. When the front is empty and the back full they change places
 *             and the next job is queued; when the back is not full yet, the connection sleeps and
 *             the job wakes it. What fits into the first part is sent with a Content-Length
 *             instead.
 * Invariants  One job at a time. Jobs and the connection hold a reference each: whoever is last
 *             frees.
 * Threads     begin: a query thread. The rest happens behind struct sx_stream_ops. */
#ifndef SX_APP_SERVER_QUERY_ANSWER_H
#define SX_APP_SERVER_QUERY_ANSWER_H

#include "app/render/render.h"
#include "app/server/server.h"

#define SX_ANSWER_PART_SIZE ((size_t)256 << 10)
#define SX_ANSWER_PART_SIZE_MAX ((size_t)256 << 20) /* one row may be large */

/* Makes the first part and prepares the answer of the exchange: status 200, or an error if there is
 * no memory. The content type and other headers are the caller's.
 * cursor   becomes its own, whatever happens.
 * gzip     whether to pack the answer. */
void sx_query_answer_begin(struct sx_server *server, struct sx_exchange *exchange,
                           stria_cursor *cursor, const struct sx_render_options *options,
                           bool gzip);

#endif
