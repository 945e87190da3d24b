/* SPDX-License-Identifier: Apache-2.0 */
/* server_http_test.c -- the built server as clients meet it: bytes on sockets, kill -9, restarts.
 *
 * Use         server_http_test BUILD-FOLDER
 *             STRIA_KILLS: how often the server is killed under load; else 3.
 * Needs       the program `stria` in the build folder. */
#include "../app/server/http_client_test.h"
#include "served.h"

#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

#define WRITER_COUNT 3
#define ROWS_PER_BATCH 20
#define BATCHES_BEFORE_KILL 40

static char program[4096];
static char folder[40];
static char data[60];

static struct served server;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

/* Starts the server on the test's folder with one more flag, and waits until it takes writes. */
static void start_with(const char *flag, const char *value)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    server.id = fork();
    assert_true(server.id >= 0);
    if (!server.id) {
        (void)dup2(out[1], STDOUT_FILENO);
        (void)close(out[0]);
        (void)close(out[1]);
        (void)execl(program, program, "serve", "--data", data, "--listen", "127.0.0.1:0",
                    "--log-level", "warn", flag, value, (char *)NULL);
        _exit(127);
    }
    (void)close(out[1]);
    server.out = out[0];
    served_await(&server, program);
}

static void start(void)
{
    start_with("--durability", "sync");
}

static int begin(void **state)
{
    (void)state;
    memcpy(folder, "/tmp/stria-http-XXXXXX", 23);
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(data, sizeof data, "%s/store", folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (server.id)
        (void)served_stop(&server, SIGKILL);
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* One request on a connection of its own. */
static struct client ask(const char *method, const char *target, const char *headers,
                         const char *body)
{
    struct client client = client_open(server.port);
    if (!client_ask(&client, method, target, headers, body))
        fail_msg("%s %s: no answer", method, target);
    return client;
}

static void want(const char *method, const char *target, const char *headers, const char *body,
                 unsigned status, const char *answer)
{
    struct client client = ask(method, target, headers, body);
    assert_string_equal(client.body, answer);
    assert_int_equal(client.status, status);
    client_close(&client);
}

static void create_database(void)
{
    want("POST", "/query?q=CREATE+DATABASE+home", "", "", 200,
         "{\"results\":[{\"statement_id\":0}]}\n");
}

static void test_what_is_written_is_answered(void **state)
{
    (void)state;
    start();
    create_database();
    want("POST", "/write?db=home", "", "room,floor=2 temperature=21.5,people=3i 1000000000", 204,
         "");
    want(
        "GET", "/query?db=home&q=SELECT+*+FROM+room", "", "", 200,
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"room\",\"columns\":[\"time\","
        "\"floor\",\"people\",\"temperature\"],\"values\":[[\"1970-01-01T00:00:01Z\",\"2\",3,21.5]]"
        "}]}]}\n");
    want("GET", "/query?db=home&epoch=s&q=SELECT+people+FROM+room", "Accept: text/csv\r\n", "", 200,
         "name,tags,time,people\nroom,,1,3\n");
    assert_int_equal(served_stop(&server, SIGTERM), 0);
    start();
    want("GET", "/query?db=home&epoch=s&q=SELECT+people+FROM+room", "Accept: text/csv\r\n", "", 200,
         "name,tags,time,people\nroom,,1,3\n");
    assert_int_equal(served_stop(&server, SIGTERM), 0);
}

static void test_a_connection_goes_on_after_each_kind_of_request(void **state)
{
    (void)state;
    static const char big[200000];
    start_with("--body-size", "100k");
    create_database();
    struct client client = client_open(server.port);
    assert_true(client_text(&client, "POST /write?db=home HTTP/1.1\r\nHost: x\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n4\r\nm v=\r\n3\r\n1 1\r\n"
                                     "0\r\n\r\n"));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 204);
    assert_true(client_request(&client, "POST", "/write?db=home", "", big, sizeof big));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 413);
    assert_true(client_ask(&client, "POST", "/write?db=home", "Content-Encoding: gzip\r\n",
                           "\x1f\x8b\x08"));
    assert_int_equal(client.status, 400);
    assert_string_equal(client.body, "{\"error\":\"unexpected EOF\"}\n");
    assert_true(client_ask(&client, "HEAD", "/ping", "", ""));
    assert_int_equal(client.status, 204);
    assert_true(client_ask(&client, "OPTIONS", "/query", "Origin: http://a\r\n", ""));
    assert_int_equal(client.status, 200);
    assert_true(client_ask(&client, "POST", "/nosuch", "", "dropped"));
    assert_int_equal(client.status, 404);
    for (int i = 0; i < 5; i++)
        assert_true(client_request(&client, "GET", "/ping", "", "", 0));
    for (int i = 0; i < 5; i++) {
        assert_true(client_answer(&client, false));
        assert_int_equal(client.status, 204);
    }
    client_close(&client);
    assert_int_equal(served_stop(&server, SIGTERM), 0);
}

static void test_slow_and_silent_clients_are_closed(void **state)
{
    (void)state;
    start_with("--slow-timeout", "1s");
    struct client slow = client_open(server.port);
    assert_true(client_text(&slow, "POST /write?db=home HTTP/1.1\r\nHost: x\r\n"
                                   "Content-Length: 100000\r\n\r\na"));
    assert_true(client_is_closed(&slow));
    client_close(&slow);
    assert_int_equal(served_stop(&server, SIGTERM), 0);
    start_with("--idle-timeout", "1s");
    struct client silent = client_open(server.port);
    assert_true(client_ask(&silent, "GET", "/ping", "", ""));
    assert_true(client_is_closed(&silent));
    client_close(&silent);
    assert_int_equal(served_stop(&server, SIGTERM), 0);
}

struct writer {
    pthread_t thread;
    unsigned index;
    unsigned acked; /* rows 0 .. acked - 1 were acknowledged */
    unsigned sent;
    _Atomic unsigned *batches; /* acknowledged by all writers since the last start */
};

/* Writes rows 0, 1, 2, ... one batch after the other, until the server is gone. */
static void *write_rows(void *context)
{
    struct writer *writer = context;
    struct client client = client_open(server.port);
    for (;;) {
        char body[ROWS_PER_BATCH * 60];
        size_t size = 0;
        for (unsigned i = 0; i < ROWS_PER_BATCH; i++)
            size += (size_t)snprintf(body + size, sizeof body - size, "m,w=%u v=%ui %u\n",
                                     writer->index, writer->acked + i, writer->acked + i + 1);
        writer->sent = writer->acked + ROWS_PER_BATCH;
        if (!client_ask(&client, "POST", "/write?db=home", "", body) || client.status != 204)
            break;
        writer->acked = writer->sent;
        (void)atomic_fetch_add(writer->batches, 1);
    }
    client_close(&client);
    return NULL;
}

/* All acknowledged rows of a writer are there, without a gap, and none it did not send. */
static void check_writer(struct writer *writer)
{
    char target[200];
    unsigned long count, max, sum;
    (void)snprintf(target, sizeof target,
                   "/query?db=home&q=SELECT+count(v),max(v),sum(v)+FROM+m+WHERE+w='%u'",
                   writer->index);
    struct client client = ask("GET", target, "Accept: text/csv\r\n", "");
    static const char front[] = "name,tags,time,count,max,sum\nm,,0,";
    if (strncmp(client.body, front, strlen(front)) != 0)
        fail_msg("%s", client.body);
    char *rest;
    count = strtoul(client.body + strlen(front), &rest, 10);
    max = strtoul(rest + 1, &rest, 10);
    sum = strtoul(rest + 1, NULL, 10);
    assert_true(count >= writer->acked && count <= writer->sent);
    assert_int_equal(max + 1, count);
    assert_int_equal(sum, count * max / 2);
    assert_int_equal(count % ROWS_PER_BATCH, 0); /* a batch is there wholly or not at all */
    writer->acked = (unsigned)count;
    client_close(&client);
}

/* Every checksum of the store is right. */
static void check_store(void)
{
    int status;
    pid_t id = fork();
    assert_true(id >= 0);
    if (!id) {
        (void)execl(program, program, "verify", data, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(id, &status, 0), id);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_kill_9_under_load_loses_nothing_acknowledged(void **state)
{
    (void)state;
    const char *kills = getenv("STRIA_KILLS");
    long left = kills ? strtol(kills, NULL, 10) : 3;
    struct writer writers[WRITER_COUNT] = {0};
    _Atomic unsigned batches = 0;
    start();
    create_database();
    for (; left > 0; left--) {
        atomic_store(&batches, 0);
        for (unsigned i = 0; i < WRITER_COUNT; i++) {
            writers[i].index = i;
            writers[i].batches = &batches;
            assert_int_equal(pthread_create(&writers[i].thread, NULL, write_rows, &writers[i]), 0);
        }
        while (atomic_load(&batches) < BATCHES_BEFORE_KILL)
            (void)usleep(1000);
        assert_int_equal(served_stop(&server, SIGKILL), -1);
        for (unsigned i = 0; i < WRITER_COUNT; i++)
            assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
        check_store();
        start();
        for (unsigned i = 0; i < WRITER_COUNT; i++)
            check_writer(&writers[i]);
    }
    assert_int_equal(served_stop(&server, SIGTERM), 0);
    check_store();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_written_is_answered),
        TEST(test_a_connection_goes_on_after_each_kind_of_request),
        TEST(test_slow_and_silent_clients_are_closed),
        TEST(test_kill_9_under_load_loses_nothing_acknowledged),
    };
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s BUILD-FOLDER\n", argv[0]);
        return 2;
    }
    (void)snprintf(program, sizeof program, "%s/stria", argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
