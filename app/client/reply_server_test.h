/* SPDX-License-Identifier: Apache-2.0 */
/* reply_server_test.h -- a server of a few lines for tests: it answers each connection with the
 * next of some replies, and keeps what it was asked.
 *
 * Threads     It has one of its own. */
#ifndef SX_APP_CLIENT_REPLY_SERVER_TEST_H
#define SX_APP_CLIENT_REPLY_SERVER_TEST_H

#include "base/attr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define NO_CONTENT                                                                                 \
    "HTTP/1.1 204 No Content\r\nX-Influxdb-Version: 1.8.10-stria\r\n"                              \
    "Connection: close\r\n\r\n"
#define REPLY(status, body) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" body

#define REPLY_REQUESTS_MAX 8

/* Answers one connection after the other with the next reply; "" makes it wait to be closed. */
struct reply_server {
    int listener;
    int port;
    pthread_t thread;
    const char *const *replies;
    size_t reply_count;
    size_t filler; /* so many bytes more behind each reply */
    char requests[REPLY_REQUESTS_MAX][2048];
    atomic_size_t request_count;
};

static size_t reply_read_request(int fd, char *text, size_t size)
{
    size_t len = 0, wanted = SIZE_MAX;
    while (len < wanted && len + 1 < size) {
        ssize_t got = read(fd, text + len, size - len - 1);
        if (got <= 0)
            break;
        len += (size_t)got;
        text[len] = 0;
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strstr(text, "Content-Length: ");
        if (end && wanted == SIZE_MAX)
            wanted =
                (size_t)(end + 4 - text) + (length ? (size_t)strtoul(length + 16, NULL, 10) : 0);
    }
    return len;
}

static void reply_send(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

static void reply_send_filler(int fd, size_t size)
{
    char bytes[4096];
    memset(bytes, 'x', sizeof bytes);
    for (size_t part; size; size -= part) {
        part = SX_MIN(size, sizeof bytes);
        reply_send(fd, bytes, part);
    }
}

static void *reply_serve(void *context)
{
    struct reply_server *server = context;
    for (size_t i = 0; i < server->reply_count; i++) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            break;
        (void)reply_read_request(fd, server->requests[i], sizeof server->requests[i]);
        atomic_store(&server->request_count, i + 1);
        if (server->replies[i][0]) {
            reply_send(fd, server->replies[i], strlen(server->replies[i]));
            reply_send_filler(fd, server->filler);
        } else {
            char byte;
            (void)!read(fd, &byte, 1);
        }
        (void)close(fd);
    }
    return NULL;
}

static void reply_server_start(struct reply_server *server, const char *const *replies,
                               size_t reply_count, size_t filler)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    *server =
        (struct reply_server){.replies = replies, .reply_count = reply_count, .filler = filler};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, reply_serve, server), 0);
}

static void reply_server_stop(struct reply_server *server)
{
    (void)shutdown(server->listener, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->listener);
}

#endif
