/* SPDX-License-Identifier: Apache-2.0 */
/* memory_hard_test.c -- the server under a limit that the system enforces: many series written over
 * HTTP, the worst queries beside them, kill -9, replay, merges.
 *
 * Algorithm   `stria serve --memory M` runs where the system gives it M and a tenth, no more: in a
 *             control group of its own (version 2, memory.max, no swap) where one may be made, else
 *             with RLIMIT_DATA. A write is acknowledged or told to come again; a query is answered
 *             whole, or with an error that names bytes. Nothing is killed, and what was
 *             acknowledged is there: at the end, after kill -9 and after the merges of
 *             `stria compact`, which runs under the same limit. VmHWM stays below it too.
 * Limits      Under sanitizers, which need several times the memory, nothing is limited.
 *             STRIA_SWEEP=N: N times as many series; 50 is a million (with 128 MiB).
 *             STRIA_MEMORY_MIB=N: another limit.
 * Use         memory_hard_test BUILD-FOLDER */
#include "../app/server/http_client_test.h"
#include "served.h"
#include "base/sanitizer_test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define SERIES_COUNT 20000
#define WRITER_COUNT 2
#define ROUNDS 2
#define BATCH 500
#define LINE_SIZE 200
#define PATIENCE_US 2000
#define MIB (UINT64_C(1) << 20)
#define GROUPS "/sys/fs/cgroup"

static char program[4096];
static char folder[40];
static char data[60];
static char group[100]; /* folder of the control group; empty: there is none */
static uint64_t memory_size;
static unsigned series_count; /* of each writer */
static atomic_bool writing;

static struct served server;

/* ---- the limit ---- */

static bool put_file(const char *path, const char *name, const char *text)
{
    char whole[200];
    (void)snprintf(whole, sizeof whole, "%s/%s", path, name);
    int fd = open(whole, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    (void)close(fd);
    return ok;
}

static uint64_t hard_size(void)
{
    return memory_size + memory_size / 10;
}

/* Makes a control group with memory.max; false: that is not permitted here, or it is another
 * version. */
static bool make_group(void)
{
    char size[30], controllers[300] = "";
    int fd = open(GROUPS "/cgroup.subtree_control", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, controllers, sizeof controllers - 1) < 0)
        controllers[0] = 0;
    if (fd >= 0)
        (void)close(fd);
    if (!strstr(controllers, "memory"))
        return false;
    (void)snprintf(group, sizeof group, GROUPS "/stria-memory-test-%ld", (long)getpid());
    (void)snprintf(size, sizeof size, "%" PRIu64, hard_size());
    if (mkdir(group, 0700) == 0) {
        if (put_file(group, "memory.max", size)) {
            (void)put_file(group, "memory.swap.max", "0");
            return true;
        }
        (void)rmdir(group);
    }
    group[0] = 0;
    return false;
}

/* Of the process itself, before the program begins. */
static bool take_limit(void)
{
    struct rlimit limit = {.rlim_cur = hard_size(), .rlim_max = hard_size()};
    if (SANITIZED)
        return true;
    return group[0] ? put_file(group, "cgroup.procs", "0") : setrlimit(RLIMIT_DATA, &limit) == 0;
}

/* A figure of /proc/PID/status in bytes. */
static uint64_t figure_of(pid_t id, const char *name)
{
    char path[60], text[4096] = "";
    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)id);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(read(fd, text, sizeof text - 1) > 0);
    (void)close(fd);
    const char *line = strstr(text, name);
    assert_non_null(line);
    return strtoull(line + strlen(name), NULL, 10) * 1024;
}

static void check_high_water_mark(const char *when)
{
    uint64_t most = figure_of(server.id, "VmHWM:");
    print_message("%s: VmHWM %" PRIu64 " bytes, %+.1f %% of %" PRIu64 "\n", when, most,
                  100 * ((double)most / (double)memory_size - 1), memory_size);
    if (!SANITIZED && most > hard_size())
        fail_msg("%s: %" PRIu64 " bytes in memory", when, most);
}

/* Whether a text speaks of memory, and names bytes. */
static bool names_bytes(const char *text)
{
    const char *memory = strstr(text, "memory");
    return memory && strpbrk(memory, "0123456789");
}

/* ---- processes ---- */

/* Runs the program under the limit; *out: where its output can be read. */
static pid_t run_limited(char *const *arguments, int *out)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (!id) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(strcmp(arguments[1], "compact") ? STDERR_FILENO : ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing stays when the test ends early */
        if (take_limit())
            (void)execv(program, arguments);
        _exit(127);
    }
    (void)close(ends[1]);
    *out = ends[0];
    return id;
}

static void start(void)
{
    char memory[30];
    (void)snprintf(memory, sizeof memory, "%" PRIu64, memory_size);
    char *arguments[] = {program,
                         "serve",
                         "--data",
                         data,
                         "--listen",
                         "127.0.0.1:0",
                         "--log-level",
                         "error",
                         "--memory",
                         memory,
                         "--write-threads",
                         "2",
                         "--query-threads",
                         "2",
                         "--background-threads",
                         "2",
                         "--io-threads",
                         "1",
                         NULL};
    server.id = run_limited(arguments, &server.out);
    served_await(&server, program);
}

/* Merges everything, or as far as the memory goes: then it must say so. */
static void compact(void)
{
    char memory[30], output[4096] = "";
    int out, status;
    size_t size = 0;
    ssize_t got;
    (void)snprintf(memory, sizeof memory, "%" PRIu64, memory_size);
    char *arguments[] = {program, "compact",  "--data", data, "--until",
                         "seal",  "--memory", memory,   NULL};
    pid_t id = run_limited(arguments, &out);
    while ((got = read(out, output + size, sizeof output - 1 - size)) > 0)
        size += (size_t)got;
    output[size] = 0;
    (void)close(out);
    assert_int_equal(waitpid(id, &status, 0), id);
    assert_true(WIFEXITED(status));
    print_message("%s", output);
    if (WEXITSTATUS(status) != 0 && !names_bytes(output))
        fail_msg("compact: %d, %s", WEXITSTATUS(status), output);
}

/* ---- requests ---- */

/* One request on a connection of its own; a connection that the server does not answer, because it
 * has no memory for one more, is tried again for as long as the server lives. */
static struct client ask(const char *method, const char *target, const char *body)
{
    for (;;) {
        struct client client = client_open(server.port);
        if (client.fd >= 0 && client_ask(&client, method, target, "", body))
            return client;
        client_close(&client);
        int status;
        if (waitpid(server.id, &status, WNOHANG) != 0)
            fail_msg("the server ended: %x", (unsigned)status);
        (void)usleep(PATIENCE_US);
    }
}

/* Asks; false: refused for want of memory, as it should be. */
static bool ask_query(const char *query, char *answer, size_t answer_size)
{
    static const char front[] = "/query?db=d&chunked=true&q=";
    char target[1000];
    size_t at = sizeof front - 1;
    memcpy(target, front, at);
    for (const char *c = query; *c && at < sizeof target - 4; c++)
        at += (size_t)snprintf(target + at, 4, strchr(" +&%#", *c) ? "%%%02X" : "%c", *c);
    struct client client = ask("GET", target, "");
    const char *error = strstr(client.body, "\"error\":");
    bool answered = client.status == 200 && !error;
    if (!answered && (client.status != 200 && client.status != 503))
        fail_msg("%s: status %u, %s", query, client.status, client.body);
    if (error && client.status == 200 && !names_bytes(error))
        fail_msg("%s: %s", query, error);
    if (getenv("STRIA_TRACE_CASES"))
        print_message("%s: %u, %zu bytes, %s\n", query, client.status, client.body_size,
                      error                  ? error
                      : client.status == 200 ? ""
                                             : client.body);
    if (answer)
        (void)snprintf(answer, answer_size, "%s", client.body);
    client_close(&client);
    return answered;
}

static const char *const worst_queries[] = {
    "SELECT * FROM cpu GROUP BY *",
    "SELECT * FROM cpu",
    "SHOW SERIES",
    "SHOW TAG VALUES WITH KEY = host",
    "SELECT max(usage) FROM cpu WHERE time >= 0 AND time < 20 GROUP BY host, time(1ns)",
    "SELECT percentile(usage, 90) FROM cpu",
    "SELECT percentile(usage, 90) FROM cpu GROUP BY *",
    "SELECT distinct(usage) FROM cpu",
    "SELECT mode(usage) FROM cpu",
    "SELECT median(usage) FROM cpu GROUP BY region",
    "SELECT count(usage) FROM cpu WHERE host =~ /.*9.*/ GROUP BY *",
    "SELECT count(usage) FROM cpu WHERE host =~ /./ AND os =~ /./ AND team =~ /./ GROUP BY host",
    "SELECT top(usage, host, 10000) FROM cpu",
    "SELECT mean(m) FROM (SELECT max(usage) AS m FROM cpu GROUP BY *)",
    "SELECT * FROM /.*/ ORDER BY time DESC",
    "SELECT count(usage) FROM cpu",
};

#define QUERY_COUNT (sizeof worst_queries / sizeof *worst_queries)

/* ---- load ---- */

/* Writes the series of one writer, each in several batches; a write that is to come again does. */
static void *write_all(void *argument)
{
    unsigned number = *(const unsigned *)argument, first = number * series_count;
    char *text = malloc((size_t)BATCH * LINE_SIZE);
    assert_non_null(text);
    for (unsigned i = first; i < first + series_count; i += BATCH)
        for (unsigned round = 0; round < ROUNDS; round++) {
            size_t size = 0;
            for (unsigned j = i; j < i + BATCH; j++)
                size += (size_t)snprintf(text + size, LINE_SIZE,
                                         "cpu,host=host_%u,region=r%u,rack=%u,os=Ubuntu,team=SF,"
                                         "service=%u usage=%ui %u\n",
                                         j, j % 9, j % 100, j % 20, j % 101, round * 10 + 1);
            unsigned status = 0;
            while (status != 204) {
                struct client client = ask("POST", "/write?db=d", text);
                status = client.status;
                if (status != 204 && status != 503)
                    fail_msg("a write: status %u, %s", status, client.body);
                client_close(&client);
                if (status != 204)
                    (void)usleep(PATIENCE_US);
            }
        }
    free(text);
    return NULL;
}

static void *ask_all(void *argument)
{
    for (unsigned i = *(const unsigned *)argument; atomic_load(&writing); i++)
        (void)ask_query(worst_queries[i % QUERY_COUNT], NULL, 0);
    return NULL;
}

static void write_under_queries(void)
{
    static unsigned numbers[] = {0, 1};
    pthread_t writers[WRITER_COUNT], asker;
    atomic_store(&writing, true);
    for (unsigned i = 0; i < WRITER_COUNT; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_all, &numbers[i]), 0);
    assert_int_equal(pthread_create(&asker, NULL, ask_all, &numbers[0]), 0);
    for (unsigned i = 0; i < WRITER_COUNT; i++)
        assert_int_equal(pthread_join(writers[i], NULL), 0);
    atomic_store(&writing, false);
    assert_int_equal(pthread_join(asker, NULL), 0);
}

/* All rows, part by part: each of the parts is small enough to be counted at any memory. */
static void check_all_is_there(const char *when)
{
    uint64_t count = 0;
    for (unsigned rack = 0; rack < 100; rack++) {
        char query[100], answer[1000] = "";
        (void)snprintf(query, sizeof query, "SELECT count(usage) FROM cpu WHERE rack = '%u'", rack);
        while (!ask_query(query, answer, sizeof answer))
            (void)usleep(PATIENCE_US); /* the flushes and merges of the load may go on */
        const char *value = strstr(answer, "Z\",");
        if (!value)
            fail_msg("%s: %s", when, answer);
        else
            count += strtoull(value + 3, NULL, 10);
    }
    assert_true(count == (uint64_t)WRITER_COUNT * series_count * ROUNDS);
}

static void ask_each_once(void)
{
    unsigned answered = 0;
    for (size_t i = 0; i < QUERY_COUNT; i++)
        answered += ask_query(worst_queries[i], NULL, 0);
    print_message("%u of %zu queries were answered, the others refused with the bytes\n", answered,
                  QUERY_COUNT);
}

static void test_many_series_and_the_worst_queries_under_a_limit_of_the_system(void **state)
{
    (void)state;
    start();
    struct client client = ask("POST", "/query?q=CREATE+DATABASE+d", "");
    assert_int_equal(client.status, 200);
    client_close(&client);
    write_under_queries();
    check_high_water_mark("written");
    ask_each_once();
    check_all_is_there("written");
    check_high_water_mark("asked");
    assert_int_equal(served_stop(&server, SIGKILL), -1);
    start();
    check_all_is_there("replayed");
    ask_each_once();
    check_high_water_mark("replayed");
    assert_int_equal(served_stop(&server, SIGTERM), 0);
    compact();
    start();
    check_all_is_there("merged");
    ask_each_once();
    check_high_water_mark("merged");
    assert_int_equal(served_stop(&server, SIGTERM), 0);
}

/* ---- around it ---- */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static int begin(void **state)
{
    const char *sweep = getenv("STRIA_SWEEP");
    unsigned times = sweep ? (unsigned)strtoul(sweep, NULL, 10) : 1;
    (void)state;
    series_count = SERIES_COUNT / WRITER_COUNT * (times ? times : 1);
    const char *memory = getenv("STRIA_MEMORY_MIB");
    memory_size = SANITIZED ? 256 * MIB : times > 1 ? 128 * MIB : 32 * MIB;
    if (memory)
        memory_size = strtoull(memory, NULL, 10) * MIB;
    memcpy(folder, "/tmp/stria-hard-XXXXXX", 23);
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(data, sizeof data, "%s/store", folder);
    const char *how = SANITIZED ? "nothing: sanitizers need more" : "RLIMIT_DATA";
    if (!SANITIZED && make_group())
        how = "a control group";
    print_message("%u series, %" PRIu64 " bytes, enforced by %s\n", series_count * WRITER_COUNT,
                  memory_size, how);
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (server.id)
        (void)served_stop(&server, SIGKILL);
    if (group[0])
        (void)rmdir(group);
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_series_and_the_worst_queries_under_a_limit_of_the_system),
    };
    if (argc < 2) {
        print_error("use: memory_hard_test BUILD-FOLDER\n");
        return 1;
    }
    (void)snprintf(program, sizeof program, "%s/stria", argv[1]);
    return cmocka_run_group_tests(tests, begin, end);
}
