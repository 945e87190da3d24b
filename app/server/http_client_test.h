/* SPDX-License-Identifier: Apache-2.0 */
/* http_client_test.h -- a client on plain sockets, for tests: it sends exactly what it is told, and
 * reads answers one after the other.
 *
 * Why         A client library hides what these tests are about: how bytes are cut, requests that
 *             break off, several answers in a row on one connection.
 * Threads     One owner of a client. */
#ifndef SX_APP_SERVER_HTTP_CLIENT_TEST_H
#define SX_APP_SERVER_HTTP_CLIENT_TEST_H

#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define CLIENT_TIMEOUT_S 60

struct client {
    int fd;
    char *in; /* what was read and not used yet */
    size_t in_size, in_capacity;
    /* the answer that was read last */
    unsigned status;
    char head[8192];
    char value[4096]; /* of the header asked for last */
    char *body;       /* NUL-terminated */
    size_t body_size, body_capacity;
};

/* receive_size: bytes the kernel may hold for us; 0: as many as it likes. */
static inline struct client client_open_with(unsigned port, int receive_size)
{
    struct client client = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    if (receive_size)
        (void)setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &receive_size, sizeof receive_size);
    struct timeval timeout = {.tv_sec = CLIENT_TIMEOUT_S};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(client.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (connect(client.fd, (struct sockaddr *)&to, sizeof to)) {
        (void)close(client.fd);
        client.fd = -1;
    }
    return client;
}

static inline struct client client_open(unsigned port)
{
    return client_open_with(port, 0);
}

static inline void client_close(struct client *client)
{
    if (client->fd >= 0)
        (void)close(client->fd);
    free(client->in);
    free(client->body);
    *client = (struct client){.fd = -1};
}

/* False: the server took no more. */
static inline bool client_send(struct client *client, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size) {
        ssize_t sent = send(client->fd, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

static inline bool client_text(struct client *client, const char *text)
{
    return client_send(client, text, strlen(text));
}

/* A whole request with a body of known size. `headers` are lines that end in CRLF. */
static inline bool client_request(struct client *client, const char *method, const char *target,
                                  const char *headers, const void *body, size_t size)
{
    char length[60] = "";
    if (size || strcmp(method, "POST") == 0)
        (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", size);
    return client_text(client, method) && client_text(client, " ") && client_text(client, target) &&
           client_text(client, " HTTP/1.1\r\nHost: x\r\n") && client_text(client, length) &&
           client_text(client, headers) && client_text(client, "\r\n") &&
           client_send(client, body, size);
}

/* Reads more; false: the connection is closed, or nothing came in time. */
static inline bool client_fill(struct client *client)
{
    if (client->in_capacity - client->in_size < 65536) {
        client->in_capacity = client->in_capacity * 2 + 131072;
        client->in = realloc(client->in, client->in_capacity);
    }
    ssize_t got =
        recv(client->fd, client->in + client->in_size, client->in_capacity - client->in_size, 0);
    if (got > 0)
        client->in_size += (size_t)got;
    return got > 0;
}

static inline void client_drop(struct client *client, size_t size)
{
    client->in_size -= size;
    memmove(client->in, client->in + size, client->in_size);
}

static inline void client_keep(struct client *client, const char *bytes, size_t size)
{
    if (client->body_capacity < client->body_size + size + 1) {
        client->body_capacity = 2 * (client->body_size + size + 1);
        client->body = realloc(client->body, client->body_capacity);
    }
    memcpy(client->body + client->body_size, bytes, size);
    client->body_size += size;
    client->body[client->body_size] = 0;
}

/* The value of a header of the answer that was read last, until the next call; or NULL. */
static inline const char *client_header(struct client *client, const char *name)
{
    size_t size = strlen(name);
    const char *line = strchr(client->head, '\n');
    for (; line; line = strchr(line, '\n')) {
        line++;
        if (strncmp(line, name, size) != 0 || line[size] != ':')
            continue;
        size_t blank = line[size + 1] == ' ';
        (void)snprintf(client->value, sizeof client->value, "%.*s",
                       (int)strcspn(line + size + 1 + blank, "\r\n"), line + size + 1 + blank);
        return client->value;
    }
    return NULL;
}

static inline bool client_take(struct client *client, size_t size)
{
    while (client->in_size < size) {
        size_t part = client->in_size;
        client_keep(client, client->in, part);
        client_drop(client, part);
        size -= part;
        if (!client_fill(client))
            return false;
    }
    client_keep(client, client->in, size);
    client_drop(client, size);
    return true;
}

/* Takes a line off the front, without its end, into `line`. */
static inline bool client_line(struct client *client, char *line, size_t line_size)
{
    char *end;
    while (!client->in_size || !(end = memchr(client->in, '\n', client->in_size))) {
        if (!client_fill(client))
            return false;
    }
    size_t size = (size_t)(end - client->in);
    (void)snprintf(line, line_size, "%.*s", (int)(size && end[-1] == '\r' ? size - 1 : size),
                   client->in);
    client_drop(client, size + 1);
    return true;
}

static inline bool client_read_chunks(struct client *client)
{
    char line[100];
    for (;;) {
        if (!client_line(client, line, sizeof line))
            return false;
        size_t size = (size_t)strtoull(line, NULL, 16);
        if (size && !client_take(client, size))
            return false;
        if (!client_line(client, line, sizeof line))
            return false;
        if (!size)
            return true;
    }
}

/* Reads one answer; `head_only` for HEAD. False: the connection ended before its end. An interim
 * answer (100 Continue) is an answer. */
static inline bool client_answer(struct client *client, bool head_only)
{
    char line[4096];
    size_t size = 0;
    client->status = 0;
    client->body_size = 0;
    client_keep(client, "", 0);
    client->head[0] = 0;
    do {
        if (!client_line(client, line, sizeof line))
            return false;
        int more = snprintf(client->head + size, sizeof client->head - size, "%s\n", line);
        size += (size_t)more < sizeof client->head - size ? (size_t)more : 0;
    } while (line[0]);
    client->status = (unsigned)strtoul(client->head + 9, NULL, 10);
    if (head_only || client->status == 204 || client->status / 100 == 1)
        return true;
    const char *coding = client_header(client, "Transfer-Encoding");
    if (coding && strcmp(coding, "chunked") == 0)
        return client_read_chunks(client);
    const char *length = client_header(client, "Content-Length");
    if (length)
        return client_take(client, (size_t)strtoull(length, NULL, 10));
    while (client_fill(client)) {
    }
    client_keep(client, client->in, client->in_size);
    client->in_size = 0;
    return true;
}

/* A request and its answer on a connection that stays open; false as client_answer(). */
static inline bool client_ask(struct client *client, const char *method, const char *target,
                              const char *headers, const char *body)
{
    return client_request(client, method, target, headers, body, strlen(body)) &&
           client_answer(client, strcmp(method, "HEAD") == 0);
}

/* Whether the server has closed the connection, waiting for it. */
static inline bool client_is_closed(struct client *client)
{
    return !client->in_size && !client_fill(client);
}

#endif
