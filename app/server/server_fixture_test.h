/* SPDX-License-Identifier: Apache-2.0 */
/* server_fixture_test.h -- a whole server in the test's process: a store in a folder that goes
 * away, on a port the system chose.
 *
 * Use         cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end); inside, `fixture`
 *             and client_open(fixture.port).
 * Threads     One test at a time. */
#ifndef SX_APP_SERVER_SERVER_FIXTURE_TEST_H
#define SX_APP_SERVER_SERVER_FIXTURE_TEST_H

#include "app/server/http_client_test.h"
#include "app/server/server.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct server_fixture {
    char folder[40];
    struct sx_settings settings; /* may be changed before fixture_start() */
    struct sx_log log;
    stria *db;
    struct sx_server server;
    unsigned port;
};

static struct server_fixture fixture;

static inline int fixture_remove_one(const char *path, const struct stat *info, int kind,
                                     struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

/* The settings, without a server yet. */
static inline void fixture_prepare(void)
{
    memset(&fixture, 0, sizeof fixture);
    memcpy(fixture.folder, "/tmp/stria-server-XXXXXX", 25);
    assert_non_null(mkdtemp(fixture.folder));
    sx_settings_init(&fixture.settings);
    sx_log_init(&fixture.log, STDERR_FILENO, STRIA_LEVEL_ERROR);
}

static inline void fixture_start(void)
{
    const struct sx_address address = {.host = "127.0.0.1"};
    struct sx_listener listeners[SX_LISTENERS_MAX];
    size_t count = 0;
    stria_error err = {0};
    if (stria_open(fixture.folder,
                   STRIA_OPTIONS(.threads = 1, .memory_size = 256 << 20,
                                 .disk_reserve_size = fixture.settings.disk_reserve),
                   &fixture.db, &err))
        fail_msg("%s", err.text);
    assert_int_equal(sx_address_listen(&address, listeners, &count, NULL), STRIA_OK);
    fixture.port = (unsigned)strtoul(strrchr(listeners[0].text, ':') + 1, NULL, 10);
    assert_int_equal(sx_server_start(&fixture.server, &fixture.settings, &fixture.log, fixture.db,
                                     listeners, count, &err),
                     STRIA_OK);
}

static inline void fixture_stop(void)
{
    sx_server_stop(&fixture.server);
    assert_int_equal(stria_close(fixture.db, NULL), STRIA_OK);
    fixture.db = NULL;
}

static inline int fixture_begin(void **state)
{
    (void)state;
    fixture_prepare();
    fixture_start();
    return 0;
}

static inline int fixture_end(void **state)
{
    (void)state;
    if (fixture.db)
        fixture_stop();
    (void)nftw(fixture.folder, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

/* One request on a connection of its own; its body, until the next call. */
static inline const char *fixture_ask(const char *method, const char *target, const char *headers,
                                      const char *body, unsigned status)
{
    static struct client client = {.fd = -1};
    client_close(&client);
    client = client_open(fixture.port);
    if (!client_ask(&client, method, target, headers, body))
        fail_msg("%s %s: no answer", method, target);
    if (client.status != status)
        fail_msg("%s %s: status %u, not %u: %s", method, target, client.status, status,
                 client.body);
    return client.body;
}

#endif
