/* SPDX-License-Identifier: Apache-2.0 */
/* client.c -- see client.h. The only file that includes libcurl's header.
 *
 * Algorithm   One easy handle, reused so that the connection stays, driven by a multi handle: the
 *             caller pulls the body, and what comes faster is held back (CURL_WRITEFUNC_PAUSE). */
#include "app/client/client.h"

#include "app/client/answer.h"
#include "app/client/http_text.h"
#include "base/error.h"
#include "base/int_text.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <time.h>

#define BODY_HELD_MAX ((size_t)256 << 10) /* more is not taken from the connection */
#define REFUSAL_SIZE_MAX ((size_t)2 << 20)
#define URL_SIZE_MAX ((size_t)64 << 20)
#define CONNECT_TIMEOUT_MS 10000L
#define POLL_MS 100 /* how soon a cancel is seen */
#define RETRY_FIRST_MS 100
#define RETRY_LONGEST_MS 10000
#define MS_NS 1000000

struct sx_client {
    struct sx_mem *mem;
    CURL *easy;
    CURLM *multi;
    struct curl_slist *headers;
    char *base; /* scheme://host:port/path without a slash at its end */
    char *user, *password;
    atomic_bool cancelled;

    /* of the request */
    bool running, paused;
    CURLcode result;
    struct sx_buf target; /* URL */
    struct sx_buf body;   /* received and not read: from body_at on */
    size_t body_at;
    struct sx_buf refusal;
    int64_t retry_after_s; /* -1: the server did not say */
    char *version;         /* where a header goes; NULL: nowhere */
    size_t version_size;
    bool version_seen;
};

/* ---- the URL ---- */

static char *copy_part(struct sx_mem *mem, CURLU *url, CURLUPart part, unsigned flags)
{
    char *text;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
        return NULL;
    size_t size = strlen(text) + 1;
    char *copy = sx_mem_alloc(mem, size);
    if (copy)
        memcpy(copy, text, size);
    curl_free(text);
    return copy;
}

/* Takes the user out of `url` and makes the base of it. */
static stria_status take_url(struct sx_client *client, CURLU *url, stria_error *err)
{
    char port[8];
    (void)snprintf(port, sizeof port, "%d", SX_CLIENT_PORT);
    client->user = copy_part(client->mem, url, CURLUPART_USER, CURLU_URLDECODE);
    client->password = copy_part(client->mem, url, CURLUPART_PASSWORD, CURLU_URLDECODE);
    char *given_port = copy_part(client->mem, url, CURLUPART_PORT, 0);
    bool good = given_port || curl_url_set(url, CURLUPART_PORT, port, 0) == CURLUE_OK;
    good = good && curl_url_set(url, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
           curl_url_set(url, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
           curl_url_set(url, CURLUPART_QUERY, NULL, 0) == CURLUE_OK &&
           curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK;
    sx_mem_free(client->mem, given_port);
    client->base = good ? copy_part(client->mem, url, CURLUPART_URL, 0) : NULL;
    if (!client->base)
        return sx_fail(err, STRIA_NOMEM, "no memory for a URL");
    size_t len = strlen(client->base);
    while (len && client->base[len - 1] == '/')
        client->base[--len] = 0;
    return STRIA_OK;
}

static stria_status parse_url(struct sx_client *client, const char *text, stria_error *err)
{
    CURLU *url = curl_url();
    if (!url)
        return sx_fail(err, STRIA_NOMEM, "no memory for a URL");
    CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_DEFAULT_SCHEME);
    char *scheme = NULL, *host = NULL;
    stria_status st = STRIA_OK;
    /* Without a scheme libcurl guesses one by the host's name and means https. */
    if (code == CURLUE_OK && !strstr(text, "://"))
        code = curl_url_set(url, CURLUPART_SCHEME, "http", 0);
    if (code != CURLUE_OK) {
        st = sx_fail(err, STRIA_INVALID, "not a URL: %s", curl_url_strerror(code));
        goto done;
    }
    scheme = copy_part(client->mem, url, CURLUPART_SCHEME, 0);
    host = copy_part(client->mem, url, CURLUPART_HOST, 0);
    if (!scheme || !host)
        st = sx_fail(err, STRIA_INVALID, "not a URL: no host");
    else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        st = sx_fail(err, STRIA_INVALID, "not a URL that begins with http:// or https://");
    if (!st)
        st = take_url(client, url, err);
    if (!st &&
        sx_http_is_loopback(host)) /* a proxy that the environment names is not for this machine */
        (void)curl_easy_setopt(client->easy, CURLOPT_PROXY, "");
    else if (!st)
        (void)curl_easy_setopt(client->easy, CURLOPT_ACCEPT_ENCODING, "");
done:
    sx_mem_free(client->mem, scheme);
    sx_mem_free(client->mem, host);
    curl_url_cleanup(url);
    return st;
}

/* ---- life ---- */

static size_t on_body(char *bytes, size_t item_size, size_t count, void *context)
{
    struct sx_client *client = context;
    size_t size = item_size * count;
    if (client->body.len - client->body_at >= BODY_HELD_MAX) {
        client->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    sx_buf_put(&client->body, bytes, size);
    return client->body.failed ? 0 : size;
}

static size_t on_header(char *bytes, size_t item_size, size_t count, void *context)
{
    struct sx_client *client = context;
    struct sx_bytes line = sx_bytes_make(bytes, item_size * count);
    struct sx_bytes version = sx_http_header_value(line, "X-Influxdb-Version");
    struct sx_bytes after = sx_http_header_value(line, "Retry-After");
    uint64_t seconds;
    if (version.len && client->version) {
        size_t len = SX_MIN(version.len, client->version_size - 1);
        memcpy(client->version, version.ptr, len);
        client->version[len] = 0;
    }
    client->version_seen = client->version_seen || version.len;
    if (after.len && sx_uint_parse(after, &seconds) == STRIA_OK && seconds < INT32_MAX)
        client->retry_after_s = (int64_t)seconds;
    return line.len;
}

static bool set_up(struct sx_client *client)
{
    CURL *easy = client->easy;
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:"); /* a body goes at once */
    client->headers = headers ? curl_slist_append(headers, "Content-Type: text/plain") : NULL;
    if (!client->headers) {
        curl_slist_free_all(headers);
        return false;
    }
    return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "stria/" STRIA_VERSION_TEXT) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, client) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, client) == CURLE_OK;
}

stria_status sx_client_create(struct sx_mem *mem, const char *url, struct sx_client **out,
                              stria_error *err)
{
    struct sx_client *client = sx_mem_zalloc(mem, sizeof *client);
    *out = NULL;
    if (!client)
        return sx_mem_refused(mem, sizeof *client, err);
    client->mem = mem;
    sx_buf_init(&client->target, mem, URL_SIZE_MAX);
    sx_buf_init(&client->body, mem, BODY_HELD_MAX + CURL_MAX_READ_SIZE);
    sx_buf_init(&client->refusal, mem, REFUSAL_SIZE_MAX);
    client->easy = curl_easy_init();
    client->multi = curl_multi_init();
    stria_status st = STRIA_OK;
    if (!client->easy || !client->multi || !set_up(client))
        st = sx_fail(err, STRIA_NOMEM, "libcurl could not begin");
    if (!st)
        st = parse_url(client, url, err);
    if (!st && client->user) {
        (void)curl_easy_setopt(client->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        (void)curl_easy_setopt(client->easy, CURLOPT_USERNAME, client->user);
        (void)curl_easy_setopt(client->easy, CURLOPT_PASSWORD,
                               client->password ? client->password : "");
    }
    if (st)
        sx_client_destroy(client);
    else
        *out = client;
    return st;
}

void sx_client_destroy(struct sx_client *client)
{
    if (!client)
        return;
    sx_client_end(client);
    curl_easy_cleanup(client->easy);
    (void)curl_multi_cleanup(client->multi);
    curl_slist_free_all(client->headers);
    sx_buf_deinit(&client->target);
    sx_buf_deinit(&client->body);
    sx_buf_deinit(&client->refusal);
    sx_mem_free(client->mem, client->base);
    sx_mem_free(client->mem, client->user);
    sx_mem_free(client->mem, client->password);
    sx_mem_free(client->mem, client);
}

const char *sx_client_name(const struct sx_client *client)
{
    return client->base;
}

void sx_client_cancel(struct sx_client *client)
{
    atomic_store(&client->cancelled, true);
}

void sx_client_resume(struct sx_client *client)
{
    atomic_store(&client->cancelled, false);
}

struct sx_bytes sx_client_refusal(const struct sx_client *client)
{
    return sx_buf_bytes(&client->refusal);
}

/* ---- requests ---- */

static void begin_target(struct sx_client *client, const char *path)
{
    sx_buf_clear(&client->target);
    sx_buf_put_text(&client->target, client->base);
    sx_buf_put_text(&client->target, path);
}

static void put_parameter(struct sx_client *client, char before, const char *name,
                          struct sx_bytes value)
{
    if (!value.len)
        return;
    sx_buf_put_u8(&client->target, (uint8_t)before);
    sx_buf_put_text(&client->target, name);
    sx_buf_put_u8(&client->target, '=');
    sx_http_put_encoded(&client->target, value);
}

/* Begins a request to the target; body NULL: GET. */
static stria_status begin(struct sx_client *client, const struct sx_bytes *body, stria_error *err)
{
    sx_buf_put_u8(&client->target, 0);
    if (client->target.failed)
        return sx_buf_refused(&client->target, "a URL", err);
    sx_buf_clear(&client->body);
    sx_buf_clear(&client->refusal);
    client->body_at = 0;
    client->paused = false;
    client->retry_after_s = -1;
    client->version_seen = false;
    bool good = curl_easy_setopt(client->easy, CURLOPT_URL, client->target.ptr) == CURLE_OK;
    if (body)
        good = good && curl_easy_setopt(client->easy, CURLOPT_POST, 1L) == CURLE_OK &&
               curl_easy_setopt(client->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len) ==
                   CURLE_OK &&
               curl_easy_setopt(client->easy, CURLOPT_POSTFIELDS,
                                body->len ? (const char *)body->ptr : "") == CURLE_OK;
    else
        good = good && curl_easy_setopt(client->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    if (!good || curl_multi_add_handle(client->multi, client->easy) != CURLM_OK)
        return sx_fail(err, STRIA_NOMEM, "libcurl could not begin a request");
    client->running = true;
    client->result = CURLE_OK;
    return STRIA_OK;
}

void sx_client_end(struct sx_client *client)
{
    if (client->multi && client->easy)
        (void)curl_multi_remove_handle(client->multi, client->easy);
    client->running = false;
}

static stria_status not_reached(struct sx_client *client, stria_error *err)
{
    if (client->body.failed)
        return sx_buf_refused(&client->body, "the server's answer", err);
    return sx_fail(err, STRIA_IO, "%s: %s", client->base, curl_easy_strerror(client->result));
}

static void take_result(struct sx_client *client)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(client->multi, &left)))
        if (message->msg == CURLMSG_DONE) {
            client->running = false;
            client->result = message->data.result;
        }
}

/* Goes on until a part of the body is there or the request has ended. */
static stria_status drive(struct sx_client *client, stria_error *err)
{
    while (client->running && client->body.len == client->body_at) {
        int still_running;
        if (atomic_load(&client->cancelled))
            return sx_fail(err, STRIA_CANCELLED, "cancelled");
        if (curl_multi_perform(client->multi, &still_running) != CURLM_OK)
            return sx_fail(err, STRIA_IO, "%s: libcurl failed", client->base);
        take_result(client);
        if (client->running && client->body.len == client->body_at)
            (void)curl_multi_poll(client->multi, NULL, 0, POLL_MS, NULL);
    }
    if (client->body.len > client->body_at) /* even if it broke off behind that */
        return STRIA_OK;
    return client->result == CURLE_OK ? STRIA_OK : not_reached(client, err);
}

static void forget_read(struct sx_client *client)
{
    sx_buf_clear(&client->body);
    client->body_at = 0;
    if (client->paused) {
        client->paused = false;
        (void)curl_easy_pause(client->easy, CURLPAUSE_CONT);
    }
}

stria_status sx_client_read(void *context, void *bytes, size_t size, size_t *got, stria_error *err)
{
    struct sx_client *client = context;
    *got = 0;
    if (client->body_at == client->body.len)
        forget_read(client);
    stria_status st = drive(client, err);
    if (st)
        return st;
    *got = SX_MIN(size, client->body.len - client->body_at);
    if (*got)
        memcpy(bytes, client->body.ptr + client->body_at, *got);
    client->body_at += *got;
    return STRIA_OK;
}

/* The body of a refusal becomes its text. */
static stria_status read_refusal(struct sx_client *client, stria_error *err)
{
    struct sx_buf document;
    uint8_t bytes[4096];
    size_t got;
    stria_status st;
    sx_buf_init(&document, client->mem, REFUSAL_SIZE_MAX);
    while (!(st = sx_client_read(client, bytes, sizeof bytes, &got, err)) && got)
        sx_buf_put(&document, bytes, got); /* what is too much is not read by anybody */
    if (!st)
        sx_answer_error_text(client->mem, sx_buf_bytes(&document), &client->refusal);
    sx_buf_deinit(&document);
    return st;
}

static long status_of(struct sx_client *client)
{
    long status = 0;
    (void)curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static stria_status meaning_of(struct sx_client *client, long status)
{
    switch (status) {
    case 400:
        return sx_bytes_starts_with(sx_client_refusal(client), SX_LITERAL("partial write"))
                   ? STRIA_PARTIAL
                   : STRIA_INVALID;
    case 404:
        return STRIA_NOT_FOUND;
    case 408:
    case 504:
        return STRIA_TIMEOUT;
    case 413:
    case 414:
    case 431:
        return STRIA_LIMIT;
    case 429:
    case 503:
        return STRIA_BUSY;
    case 507:
        return STRIA_DISK_FULL;
    default:
        return status >= 400 && status < 500 ? STRIA_INVALID : STRIA_IO;
    }
}

/* Ends a request that the server refused. */
static stria_status refused(struct sx_client *client, stria_error *err)
{
    long status = status_of(client);
    stria_status st = read_refusal(client, err);
    sx_client_end(client);
    if (st)
        return st;
    struct sx_bytes text = sx_client_refusal(client);
    st = meaning_of(client, status);
    if (!text.len)
        return sx_fail(err, st, "%s: HTTP status %ld", client->base, status);
    return sx_fail(err, st, "%.*s", (int)SX_MIN(text.len, STRIA_ERROR_TEXT_MAX),
                   (const char *)text.ptr);
}

/* Begins, and waits until the status is known. */
static stria_status request(struct sx_client *client, const struct sx_bytes *body, stria_error *err)
{
    stria_status st = begin(client, body, err);
    if (!st)
        st = drive(client, err);
    if (st) {
        sx_client_end(client);
        return st;
    }
    return status_of(client) / 100 == 2 ? STRIA_OK : refused(client, err);
}

stria_status sx_client_ping(struct sx_client *client, char *version, size_t size, stria_error *err)
{
    client->version = version;
    client->version_size = size;
    version[0] = 0;
    begin_target(client, "/ping");
    stria_status st = request(client, NULL, err);
    client->version = NULL;
    if (st)
        return st;
    sx_client_end(client);
    if (!client->version_seen)
        return sx_fail(err, STRIA_IO, "%s: this is neither Stria nor InfluxDB", client->base);
    return STRIA_OK;
}

stria_status sx_client_query(struct sx_client *client, const struct sx_client_query *query,
                             stria_error *err)
{
    struct sx_bytes none = {0};
    begin_target(client, "/query");
    put_parameter(client, '?', "q", query->text);
    put_parameter(client, '&', "db", sx_bytes_of(query->database));
    put_parameter(client, '&', "rp", sx_bytes_of(query->policy));
    put_parameter(client, '&', "epoch", sx_bytes_of(query->epoch));
    put_parameter(client, '&', "chunked", sx_bytes_of(query->chunked ? "true" : ""));
    put_parameter(client, '&', "pretty", sx_bytes_of(query->pretty ? "true" : ""));
    return request(client, query->may_change ? &none : NULL, err);
}

/* Waits; false: cancelled meanwhile. */
static bool wait_ms(struct sx_client *client, int64_t duration_ms)
{
    while (duration_ms > 0 && !atomic_load(&client->cancelled)) {
        int64_t part_ms = SX_MIN(duration_ms, POLL_MS);
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)part_ms * MS_NS}, NULL);
        duration_ms -= part_ms;
    }
    return !atomic_load(&client->cancelled);
}

stria_status sx_client_write(struct sx_client *client, const struct sx_client_write *write,
                             stria_error *err)
{
    int64_t left_ms = write->retry_ms, pause_ms = RETRY_FIRST_MS;
    for (;;) {
        begin_target(client, "/write");
        put_parameter(client, '?', "db", sx_bytes_of(write->database));
        put_parameter(client, '&', "rp", sx_bytes_of(write->policy));
        put_parameter(client, '&', "precision", sx_bytes_of(write->precision));
        stria_status st = request(client, &write->text, err);
        if (!st)
            sx_client_end(client);
        if (st != STRIA_BUSY || left_ms <= 0)
            return st;
        int64_t asked_ms = client->retry_after_s * 1000;
        int64_t wait = SX_MIN(asked_ms > 0 ? asked_ms : pause_ms, left_ms);
        if (!wait_ms(client, wait))
            return sx_fail(err, STRIA_CANCELLED, "cancelled");
        left_ms -= wait;
        pause_ms = SX_MIN(pause_ms * 2, RETRY_LONGEST_MS);
    }
}
