/* SPDX-License-Identifier: Apache-2.0 */
/* address.h -- where to listen: the text of an address, and the sockets made of it.
 *
 * Format      HOST:PORT with HOST an IPv4 address, [an IPv6 address], a name, or nothing: then it
 *             is every interface, IPv6 and IPv4. PORT 0: the system chooses.
 * Threads     Any. */
#ifndef SX_APP_SERVER_ADDRESS_H
#define SX_APP_SERVER_ADDRESS_H

#include "base/attr.h"
#include "base/bytes.h"
#include "stria.h"

#define SX_HOST_SIZE_MAX 254
#define SX_ADDRESS_TEXT_MAX (SX_HOST_SIZE_MAX + 16)
#define SX_LISTENERS_MAX 64

struct sx_address {
    char host[SX_HOST_SIZE_MAX]; /* "" is every interface; without brackets */
    uint16_t port;
};

/* Returns  OK, or INVALID with what is wrong in err. */
SX_MUST_CHECK stria_status sx_address_parse(struct sx_bytes text, struct sx_address *address,
                                            stria_error *err);

/* A socket that listens, and where. */
struct sx_listener {
    int fd;
    bool is_loopback;
    char text[SX_ADDRESS_TEXT_MAX]; /* "127.0.0.1:8086", "[::1]:8086": with the port it got */
};

/* Opens sockets for an address: one, or several for a name that means several.
 * listeners  room for SX_LISTENERS_MAX; *count of them are in use, and more are added.
 * Returns    OK; INVALID: an unknown name; EXISTS: the port is in use; UNSUPPORTED: the machine has
 *            no such kind of address (IPv6, say) or not this one; LIMIT; IO. */
SX_MUST_CHECK stria_status sx_address_listen(const struct sx_address *address,
                                             struct sx_listener *listeners, size_t *count,
                                             stria_error *err);

#endif
