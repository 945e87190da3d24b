/* SPDX-License-Identifier: Apache-2.0 */
/* client.h -- a server of Stria, or any that speaks InfluxDB 1.x' HTTP: ping, query, write.
 *
 * Why         The command line works on a server as on a directory; only this module knows libcurl.
 * Use         sx_client_create(mem, "http://127.0.0.1:8086", &client, err);
 *             sx_client_query(client, &query, err);
 *             while (!sx_client_read(client, bytes, sizeof bytes, &got, err) && got) ...
 *             sx_client_end(client);
 * Format      URL: [http[s]://][user[:password]@]host[:port][/path]; the port is 8086 unless told.
 *             A user goes into basic authentication and is never printed.
 * Limits      One request at a time. Certificates are checked with the system's.
 * Threads     One owner; sx_client_cancel() from any thread and from signal handlers. */
#ifndef SX_APP_CLIENT_CLIENT_H
#define SX_APP_CLIENT_CLIENT_H

#include "base/buf.h"
#include "stria.h"

struct sx_client;

#define SX_CLIENT_PORT 8086

/* Returns  OK, INVALID (the URL), NOMEM. Touches no network. */
SX_MUST_CHECK stria_status sx_client_create(struct sx_mem *mem, const char *url,
                                            struct sx_client **client, stria_error *err);
void sx_client_destroy(struct sx_client *client); /* NULL is allowed */

/* The URL without user and password, for messages. Lives with the client. */
const char *sx_client_name(const struct sx_client *client);

/* Makes a running call end soon with CANCELLED; sx_client_resume() lets later ones run again. */
void sx_client_cancel(struct sx_client *client);
void sx_client_resume(struct sx_client *client);

/* Asks whether the server is there. version: its X-Influxdb-Version, cut to `size` with a NUL.
 * Returns  OK, IO (not reachable, or no such server), CANCELLED. */
SX_MUST_CHECK stria_status sx_client_ping(struct sx_client *client, char *version, size_t size,
                                          stria_error *err);

struct sx_client_query {
    struct sx_bytes text;
    const char *database; /* NULL or "": none */
    const char *policy;   /* likewise */
    const char *epoch;    /* "ns", ...; NULL: times as text */
    bool may_change;      /* by POST, which the server lets change something */
    bool chunked;         /* a document per chunk, so that the server streams */
    bool pretty;
};

/* Sends a query and waits for the head of the answer; sx_client_read() then gives its body.
 * Returns  OK; INVALID, NOT_FOUND, LIMIT, BUSY, TIMEOUT (what the server refused, in its words);
 *          IO; CANCELLED. After an error nothing is to be read or ended. */
SX_MUST_CHECK stria_status sx_client_query(struct sx_client *client,
                                           const struct sx_client_query *query, stria_error *err);

/* The next bytes of the body; *got is 0 at its end. `client` is the first parameter as a context,
 * so that it can be given to sx_answer_create(). Returns OK, IO, CANCELLED. */
SX_MUST_CHECK stria_status sx_client_read(void *client, void *bytes, size_t size, size_t *got,
                                          stria_error *err);
/* Ends the request, read or not. */
void sx_client_end(struct sx_client *client);

struct sx_client_write {
    struct sx_bytes text; /* line protocol */
    const char *database;
    const char *policy;    /* NULL or "": the default */
    const char *precision; /* "ns", "us", "ms", "s", "m", "h"; NULL: ns */
    int64_t retry_ms;      /* how long a server that is busy (503, 429) is asked again */
};

/* Writes. A busy server is asked again when it says, or after waits that double.
 * Returns  OK; PARTIAL (some lines were refused), INVALID (all were), NOT_FOUND (the database),
 *          LIMIT (too much at once), BUSY, READ_ONLY, DISK_FULL: in the server's words, of which
 *          sx_client_refusal() has all; IO, CANCELLED. */
SX_MUST_CHECK stria_status sx_client_write(struct sx_client *client,
                                           const struct sx_client_write *write, stria_error *err);

/* The whole text of the last refusal. Until the next call. */
struct sx_bytes sx_client_refusal(const struct sx_client *client);

#endif
