/* SPDX-License-Identifier: Apache-2.0 */
/* address.c -- see address.h. */
#include "app/server/address.h"

#include "base/error.h"
#include "base/int_text.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

stria_status sx_address_parse(struct sx_bytes text, struct sx_address *address, stria_error *err)
{
    *address = (struct sx_address){0};
    int shown = (int)SX_MIN(text.len, 300);
    size_t colon = text.len;
    while (colon && text.ptr[colon - 1] != ':')
        colon--;
    if (!colon)
        return sx_fail(err, STRIA_INVALID, "\"%.*s\" is no address: HOST:PORT is wanted", shown,
                       (const char *)text.ptr);
    struct sx_bytes host = sx_bytes_make(text.ptr, colon - 1);
    uint64_t port;
    if (sx_uint_parse(sx_bytes_make(text.ptr + colon, text.len - colon), &port) || port > 65535)
        return sx_fail(err, STRIA_INVALID, "\"%.*s\": the port must be a number from 0 to 65535",
                       shown, (const char *)text.ptr);
    if (host.len && host.ptr[0] == '[') {
        if (host.len < 3 || host.ptr[host.len - 1] != ']')
            return sx_fail(err, STRIA_INVALID, "\"%.*s\": no ] behind the IPv6 address", shown,
                           (const char *)text.ptr);
        host = sx_bytes_make(host.ptr + 1, host.len - 2);
    } else if (host.len && memchr(host.ptr, ':', host.len)) {
        return sx_fail(err, STRIA_INVALID, "\"%.*s\": write an IPv6 address as [ADDRESS]:PORT",
                       shown, (const char *)text.ptr);
    }
    if (host.len >= sizeof address->host || (host.len && memchr(host.ptr, 0, host.len)))
        return sx_fail(err, STRIA_INVALID, "\"%.*s\": no host has such a name", shown,
                       (const char *)text.ptr);
    if (host.len)
        memcpy(address->host, host.ptr, host.len);
    address->port = (uint16_t)port;
    return STRIA_OK;
}

/* Reads back where a socket stands: the port may have been chosen by the system. */
static void describe(struct sx_listener *listener)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage storage;
    } at;
    socklen_t size = sizeof at;
    char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";
    memset(&at, 0, sizeof at);
    if (getsockname(listener->fd, &at.any, &size) == 0)
        (void)getnameinfo(&at.any, size, host, sizeof host, port, sizeof port,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    bool v6 = at.any.sa_family == AF_INET6;
    (void)snprintf(listener->text, sizeof listener->text, "%s%.200s%s:%.10s", v6 ? "[" : "", host,
                   v6 ? "]" : "", port);
    listener->is_loopback =
        v6 ? IN6_IS_ADDR_LOOPBACK(&at.v6.sin6_addr) : ntohl(at.v4.sin_addr.s_addr) >> 24 == 127;
}

static stria_status fail_listen(stria_error *err, int os_errno, const struct addrinfo *info)
{
    char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";
    (void)getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof host, port, sizeof port,
                      NI_NUMERICHOST | NI_NUMERICSERV);
    bool v6 = info->ai_family == AF_INET6;
    const char *open = v6 ? "[" : "", *close = v6 ? "]" : "";
    switch (os_errno) {
    case EADDRINUSE:
        return sx_fail_errno(err, STRIA_EXISTS, os_errno,
                             "%s%s%s:%s is in use by another process; choose another port with "
                             "--listen",
                             open, host, close, port);
    case EADDRNOTAVAIL:
        return sx_fail_errno(err, STRIA_UNSUPPORTED, os_errno,
                             "%s%s%s is not an address of this machine", open, host, close);
    case EAFNOSUPPORT:
        return sx_fail_errno(err, STRIA_UNSUPPORTED, os_errno, "%s%s%s: this machine has no %s",
                             open, host, close, v6 ? "IPv6" : "IPv4");
    default:
        return sx_fail_errno(err, STRIA_IO, os_errno, "cannot listen on %s%s%s:%s: %s", open, host,
                             close, port, strerror(os_errno));
    }
}

static stria_status open_one(const struct addrinfo *info, bool both, struct sx_listener *listener,
                             stria_error *err)
{
    int on = 1, off = 0;
    int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    info->ai_protocol);
    if (fd < 0)
        return fail_listen(err, errno, info);
    /* A restart must not wait for connections of the last run that linger. */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (info->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? &off : &on, sizeof on);
    if (bind(fd, info->ai_addr, info->ai_addrlen) || listen(fd, BACKLOG)) {
        int os_errno = errno;
        (void)close(fd);
        return fail_listen(err, os_errno, info);
    }
    *listener = (struct sx_listener){.fd = fd};
    describe(listener);
    return STRIA_OK;
}

stria_status sx_address_listen(const struct sx_address *address, struct sx_listener *listeners,
                               size_t *count, stria_error *err)
{
    bool every = !address->host[0];
    const struct addrinfo hints = {.ai_family = every ? AF_INET6 : AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char port[8];
    (void)snprintf(port, sizeof port, "%u", address->port);
    int result = getaddrinfo(every ? "::" : address->host, port, &hints, &list);
    if (result)
        return sx_fail(err, STRIA_INVALID, "%s: %s", address->host, gai_strerror(result));
    stria_status st = STRIA_OK;
    size_t before = *count;
    for (const struct addrinfo *info = list; info; info = info->ai_next) {
        if (*count == SX_LISTENERS_MAX) {
            st = sx_fail(err, STRIA_LIMIT, "more than %d addresses", SX_LISTENERS_MAX);
            break;
        }
        stria_status one = open_one(info, every, &listeners[*count], err);
        *count += !one;
        /* A name that means several: those that this machine has are enough. */
        if (one && !(one == STRIA_UNSUPPORTED && (info->ai_next || *count > before))) {
            st = one;
            break;
        }
    }
    freeaddrinfo(list);
    if (every && st == STRIA_UNSUPPORTED) { /* no IPv6 */
        struct sx_address v4 = {.host = "0.0.0.0", .port = address->port};
        return sx_address_listen(&v4, listeners, count, err);
    }
    return st;
}
