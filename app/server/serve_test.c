/* SPDX-License-Identifier: Apache-2.0 */
/* serve_test.c -- the command in a process of its own: what it prints, when it refuses, how it
 * ends.
 */
#include "app/server/serve.h"

#include "app/server/http_client_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

static char folder[40];

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static int begin(void **state)
{
    (void)state;
    memcpy(folder, "/tmp/stria-serve-XXXXXX", 24);
    return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct process {
    pid_t id;
    int out, err; /* what it writes */
    unsigned port;
};

/* Runs `serve` with the arguments, up to a NULL. */
static struct process start(const char *first, ...)
{
    int out[2], err[2];
    char *argv[20] = {"serve"};
    int argc = 1;
    va_list args;
    va_start(args, first);
    for (const char *arg = first; arg; arg = va_arg(args, const char *))
        argv[argc++] = (char *)(uintptr_t)arg;
    va_end(args);
    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(err), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (!id) {
        (void)dup2(out[1], STDOUT_FILENO);
        (void)dup2(err[1], STDERR_FILENO);
        for (int fd = 3; fd < 20; fd++)
            (void)close(fd);
        int status = sx_cli_serve(argc, argv);
        (void)fflush(stdout);
        _exit(status);
    }
    (void)close(out[1]);
    (void)close(err[1]);
    return (struct process){.id = id, .out = out[0], .err = err[0]};
}

/* All that comes until the end, or for `line` the first line. */
static const char *read_text(int fd, bool line)
{
    static char text[65536];
    size_t size = 0;
    while (size < sizeof text - 1 && read(fd, text + size, 1) == 1) {
        if (text[size++] == '\n' && line)
            break;
    }
    text[size] = 0;
    return text;
}

static void wait_ready(struct process *process)
{
    const char *line = read_text(process->out, true);
    assert_int_equal(strncmp(line, "listening on http://127.0.0.1:", 30), 0);
    process->port = (unsigned)strtoul(line + 30, NULL, 10);
}

static int finish(struct process *process)
{
    int status;
    assert_int_equal(waitpid(process->id, &status, 0), process->id);
    (void)close(process->out);
    (void)close(process->err);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void ask(const struct process *process, const char *method, const char *target,
                const char *body, const char *wanted)
{
    struct client client = client_open(process->port);
    assert_true(client_ask(&client, method, target, "", body));
    assert_int_equal(client.status / 100, 2);
    if (!strstr(client.body, wanted))
        fail_msg("no \"%s\" in: %s", wanted, client.body);
    client_close(&client);
}

static void test_wrong_use_is_told_and_ends_with_2(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *wanted;
    } rows[] = {
        {"--memroy", "1G",
         "stria serve: --memroy: there is no setting \"memroy\"; the nearest is \"memory\"\n"},
        {"--memory", NULL, "stria serve: --memory: its value is missing\n"},
        {"--config", "/nosuch/file", "stria serve: /nosuch/file: No such file or directory\n"},
        {"--config", "/tmp", "stria serve: /tmp: Invalid argument\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct process process = start(rows[i].a, rows[i].b, NULL);
        assert_string_equal(read_text(process.err, false), rows[i].wanted);
        assert_string_equal(read_text(process.out, false), "");
        assert_int_equal(finish(&process), 2);
    }
}

static void test_help_is_printed_to_standard_output(void **state)
{
    (void)state;
    struct process process = start("--help", NULL);
    assert_non_null(strstr(read_text(process.out, false), "usage: stria serve"));
    assert_int_equal(finish(&process), 0);
}

static void test_it_cannot_start_where_something_is_in_the_way(void **state)
{
    (void)state;
    char data[60], other[60], listen[40];
    (void)snprintf(data, sizeof data, "%s/store", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
    struct process first = start("--data", data, "--listen", "127.0.0.1:0", NULL);
    wait_ready(&first);
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", first.port);

    struct process second = start("--data", other, "--listen", listen, NULL);
    assert_non_null(strstr(read_text(second.err, false), "is in use by another process"));
    assert_int_equal(finish(&second), 1);
    second = start("--data", data, "--listen", "127.0.0.1:0", NULL);
    assert_non_null(strstr(read_text(second.err, false), "stria serve: "));
    assert_int_equal(finish(&second), 1);
    second = start("--data", other, "--listen", "nonsense", NULL);
    assert_string_equal(read_text(second.err, false),
                        "stria serve: \"nonsense\" is no address: HOST:PORT is wanted\n");
    assert_int_equal(finish(&second), 1);

    (void)kill(first.id, SIGTERM);
    assert_int_equal(finish(&first), 0);
}

static void test_what_was_acknowledged_is_there_after_kill_9(void **state)
{
    (void)state;
    char data[60];
    (void)snprintf(data, sizeof data, "%s/store", folder);
    struct process process = start("--data", data, "--listen", "127.0.0.1:0", NULL);
    wait_ready(&process);
    ask(&process, "POST", "/query?q=CREATE+DATABASE+home", "", "{\"statement_id\":0}");
    ask(&process, "POST", "/write?db=home", "m v=1 1\nm v=2 2\n", "");
    (void)kill(process.id, SIGKILL);
    int status;
    assert_int_equal(waitpid(process.id, &status, 0), process.id);
    (void)close(process.out);
    (void)close(process.err);

    process = start("--data", data, "--listen", "127.0.0.1:0", NULL);
    wait_ready(&process);
    ask(&process, "POST", "/write?db=home", "m v=3 3\n", "");
    (void)kill(process.id, SIGTERM);
    const char *log = read_text(process.err, false);
    assert_non_null(strstr(log, " info started version="));
    assert_non_null(strstr(log, " info recovery frames="));
    assert_non_null(strstr(log, " rows=2 "));
    assert_non_null(strstr(log, " info flush generation="));
    assert_non_null(strstr(log, " info stopped status=0\n"));
    assert_int_equal(finish(&process), 0);
}

static void test_a_configuration_file_is_read(void **state)
{
    (void)state;
    char data[60], config[60];
    (void)snprintf(data, sizeof data, "%s/store", folder);
    (void)snprintf(config, sizeof config, "%s/stria.conf", folder);
    int fd = open(config, O_WRONLY | O_CREAT, 0600);
    static const char text[] = "listen = 127.0.0.1:0\nbody-size = 2k\n";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    (void)close(fd);
    struct process process = start("--config", config, "--data", data, NULL);
    wait_ready(&process);
    static char body[3000];
    struct client client = client_open(process.port);
    assert_true(client_request(&client, "POST", "/write?db=x", "", body, sizeof body));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 413);
    client_close(&client);
    (void)kill(process.id, SIGINT);
    assert_int_equal(finish(&process), 0);
}

static void test_an_open_address_is_warned_of(void **state)
{
    (void)state;
    char data[60];
    (void)snprintf(data, sizeof data, "%s/store", folder);
    struct process process =
        start("--data", data, "--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0", NULL);
    wait_ready(&process);
    (void)kill(process.id, SIGTERM);
    assert_non_null(strstr(read_text(process.err, false), " warn open_address address=0.0.0.0:"));
    assert_int_equal(finish(&process), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_use_is_told_and_ends_with_2),
        cmocka_unit_test(test_help_is_printed_to_standard_output),
        TEST(test_it_cannot_start_where_something_is_in_the_way),
        TEST(test_what_was_acknowledged_is_there_after_kill_9),
        TEST(test_a_configuration_file_is_read),
        TEST(test_an_open_address_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
