/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_demo.c -- stria demo: a server with figures of this machine, and some questions to it.
 *
 * Algorithm   Two children do the work, as a user would have them: `stria serve` and `stria feed`.
 *             This process waits for the server, asks when figures are there, shows the answers,
 *             and ends both cleanly. */
#include "app/cli/child.h"
#include "app/cli/cmd.h"
#include "app/cli/show.h"
#include "app/cli/source.h"
#include "app/cli/stop.h"
#include "base/civil.h"
#include "base/error.h"
#include "os/os.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_FIRST 8086
#define PORTS_TRIED 100
#define DATABASE "telegraf"
#define START_MAX_NS ((int64_t)120 * SX_SECOND_NS) /* a large log is read back first */
#define ASK_AFTER_NS ((int64_t)3 * SX_SECOND_NS) /* the first question; figures come each second */
#define FIGURES_MAX_NS ((int64_t)60 * SX_SECOND_NS) /* a machine may be slow */
#define LOOK_NS ((int64_t)50 * 1000000)
#define FEED_END_NS ((int64_t)3 * SX_SECOND_NS)
#define SERVER_END_NS ((int64_t)60 * SX_SECOND_NS)

struct demo_arguments {
    const char *data;
    uint64_t port;
    int64_t duration_ns;
};

#define AT(member) offsetof(struct demo_arguments, member)
static const struct sx_option options[] = {
    {"data", SX_OPTION_TEXT, AT(data), "DIR", "where the data is kept; stria-demo"},
    {"port", SX_OPTION_COUNT, AT(port), "N", "the port; 8086, or the next one that is free"},
    {"for", SX_OPTION_SECONDS, AT(duration_ns), "SECONDS", "how long; until Ctrl-C"},
};

static const char *const queries[] = {
    "SELECT load1, load5, load15, n_cpus, uptime FROM system ORDER BY time DESC LIMIT 3",
    "SELECT mean(usage_user) AS \"user\", mean(usage_system) AS \"system\", "
    "mean(usage_idle) AS idle FROM cpu WHERE cpu = 'cpu-total' AND time > now() - 1m "
    "GROUP BY time(10s) fill(none)",
    "SELECT max(used_percent) AS max_percent, last(used) AS used, last(total) AS total FROM mem "
    "WHERE time > now() - 1h GROUP BY host",
};

struct demo {
    struct sx_cli *cli;
    struct sx_child server, feed;
    struct sx_source source;
    int port;
    int64_t started_ns;
    char url[64];
    char last_line[SX_CHILD_LINE_MAX]; /* that the server wrote */
    bool unanswered;                   /* a question was not answered */
};

/* ---- the port ---- */

static bool is_free(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool free_now = fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) &&
                    !bind(fd, (struct sockaddr *)&address, sizeof address) && !listen(fd, 1);
    if (fd >= 0)
        (void)close(fd);
    return free_now;
}

static stria_status choose_port(struct demo *demo, uint64_t asked, stria_error *err)
{
    if (asked > UINT16_MAX)
        return sx_fail(err, STRIA_INVALID, "there is no port %llu", (unsigned long long)asked);
    demo->port = asked ? (int)asked : PORT_FIRST;
    if (is_free(demo->port))
        return STRIA_OK;
    if (asked)
        return sx_fail(err, STRIA_IO, "port %d is taken", demo->port);
    for (int i = 1; i < PORTS_TRIED; i++)
        if (is_free(PORT_FIRST + i)) {
            demo->port = PORT_FIRST + i;
            sx_out_printf(&demo->cli->out, "Port %d is taken; using port %d.\n", PORT_FIRST,
                          demo->port);
            return STRIA_OK;
        }
    return sx_fail(err, STRIA_IO, "ports %d to %d are all taken", PORT_FIRST,
                   PORT_FIRST + PORTS_TRIED - 1);
}

/* ---- children ---- */

static stria_status start(struct demo *demo, struct sx_child *child, const char *const *words,
                          stria_error *err)
{
    char *argv[8];
    size_t count = 0;
    argv[count++] = (char *)demo->cli->program;
    while (*words)
        argv[count++] = (char *)*words++;
    argv[count] = NULL;
    return sx_child_start(child, demo->cli->program, argv, err);
}

/* Passes on what the children tell; *ready: the server is. */
static void relay(struct demo *demo, bool *ready)
{
    const char *line;
    while ((line = sx_child_line(&demo->server))) {
        (void)snprintf(demo->last_line, sizeof demo->last_line, "%s", line);
        if (strncmp(line, "listening on ", 13) == 0)
            *ready = true;
        else if (strstr(line, " warn ") || strstr(line, " error "))
            (void)fprintf(stderr, "%s\n", line);
    }
    while ((line = sx_child_line(&demo->feed)))
        (void)fprintf(stderr, "%s\n", line);
}

static stria_status start_server(struct demo *demo, const char *data, stria_error *err)
{
    char listen_on[32];
    bool ready = false;
    (void)snprintf(listen_on, sizeof listen_on, "127.0.0.1:%d", demo->port);
    (void)snprintf(demo->url, sizeof demo->url, "http://%s", listen_on);
    const char *const words[] = {"serve", "--data", data, "--listen", listen_on, NULL};
    stria_status st = start(demo, &demo->server, words, err);
    if (st)
        return st;
    int64_t until_ns = sx_os_mono_ns(sx_os_posix()) + START_MAX_NS;
    for (;;) {
        bool runs = sx_child_runs(&demo->server);
        relay(demo, &ready);
        if (ready)
            break;
        if (!runs)
            return sx_fail(err, STRIA_IO, "the server ended with status %d: %s",
                           demo->server.status, demo->last_line);
        if (sx_os_mono_ns(sx_os_posix()) > until_ns)
            return sx_fail(err, STRIA_IO, "the server did not begin to listen");
        if (!sx_stop_sleep_ns(LOOK_NS))
            return sx_fail(err, STRIA_CANCELLED, "stopped");
    }
    demo->started_ns = sx_os_mono_ns(sx_os_posix());
    return STRIA_OK;
}

/* Ends the children; false: the server did not end as it should. */
static bool stop_children(struct demo *demo)
{
    bool ready = true;
    sx_child_signal(&demo->feed, SIGTERM);
    (void)sx_child_wait(&demo->feed, FEED_END_NS);
    sx_child_signal(&demo->server, SIGTERM);
    bool ended = sx_child_wait(&demo->server, SERVER_END_NS);
    relay(demo, &ready);
    sx_child_close(&demo->feed);
    sx_child_close(&demo->server);
    return ended && demo->server.status == 0;
}

/* ---- questions ---- */

/* Whether a question has an answer by now. */
static bool has_rows(struct demo *demo, const char *text)
{
    const struct sx_question question = {.text = sx_bytes_of(text), .database = DATABASE};
    const stria_statement *statement = NULL;
    const stria_table *table = NULL;
    const stria_batch *batch = NULL;
    struct sx_asked asked;
    if (sx_source_ask(&demo->source, &question, &asked, NULL))
        return false;
    struct sx_row_source *rows = &asked.rows;
    bool found = !rows->next_statement(rows->context, &statement, NULL) && statement &&
                 !rows->next_series(rows->context, &table, NULL) && table &&
                 !rows->next_batch(rows->context, &batch, NULL) && batch && batch->row_count;
    sx_asked_end(&asked);
    return found;
}

static void show_answer(struct demo *demo, const char *text)
{
    const struct sx_question question = {.text = sx_bytes_of(text), .database = DATABASE};
    const struct sx_render_options table = {.format = SX_RENDER_TABLE, .time = SX_RENDER_RFC3339};
    struct sx_asked asked;
    uint64_t row_count;
    stria_error err = {0};
    sx_out_printf(&demo->cli->out, "\n%s\n\n", text);
    stria_status st = sx_source_ask(&demo->source, &question, &asked, &err);
    if (!st) {
        st = sx_show(&asked, &table, &demo->cli->out, &row_count, &err);
        sx_asked_end(&asked);
    }
    (void)sx_out_flush(&demo->cli->out, NULL);
    if (!st)
        return;
    (void)sx_cli_fail(demo->cli, &err);
    demo->unanswered = true;
}

static void tell_how(struct demo *demo, bool ends_by_itself)
{
    struct sx_out *out = &demo->cli->out;
    const char *url = demo->url;
    sx_out_put_text(out, "\nWrite:\n");
    sx_out_printf(out,
                  "  curl '%s/write?db=%s' --data-binary 'room,floor=2 "
                  "temperature=21.5,people=3i'\n",
                  url, DATABASE);
    sx_out_put_text(out, "Ask:\n");
    sx_out_printf(out,
                  "  curl -G '%s/query' --data-urlencode 'db=%s' --data-urlencode "
                  "'q=SELECT * FROM room'\n",
                  url, DATABASE);
    sx_out_printf(out, "  %s shell %s --db %s\n", demo->cli->program, url, DATABASE);
    if (!ends_by_itself)
        sx_out_put_text(out, "\nCtrl-C ends the server; its data stays.\n");
    (void)sx_out_flush(out, NULL);
}

/* Goes on until it is time to end, or the server has ended. */
static stria_status run_on(struct demo *demo, int64_t until_ns, stria_error *err)
{
    bool ready = true;
    while (sx_os_mono_ns(sx_os_posix()) < until_ns && sx_stop_sleep_ns(LOOK_NS)) {
        bool runs = sx_child_runs(&demo->server);
        relay(demo, &ready);
        (void)sx_child_runs(&demo->feed);
        if (!runs)
            return sx_fail(err, STRIA_IO, "the server ended with status %d: %s",
                           demo->server.status, demo->last_line);
    }
    return STRIA_OK;
}

/* Until there are figures of every kind: those of the CPU come last. */
static stria_status await_figures(struct demo *demo, stria_error *err)
{
    int64_t now_ns, until_ns = demo->started_ns + FIGURES_MAX_NS;
    stria_status st = run_on(demo, demo->started_ns + ASK_AFTER_NS, err);
    while (!st && !sx_stop_wanted() && !has_rows(demo, queries[1]) &&
           (now_ns = sx_os_mono_ns(sx_os_posix())) < until_ns)
        st = run_on(demo, now_ns + 2 * LOOK_NS, err);
    return st;
}

static stria_status play(struct demo *demo, const struct demo_arguments *arguments,
                         stria_error *err)
{
    const char *data = arguments->data ? arguments->data : "stria-demo";
    stria_status st = choose_port(demo, arguments->port, err);
    if (!st)
        st = start_server(demo, data, err);
    if (st)
        return st;
    sx_out_printf(&demo->cli->out, "The server is at %s, with its data in %s.\n", demo->url, data);
    sx_out_put_text(&demo->cli->out, "Figures of this machine go there every second, and the first "
                                     "answers are here soon:\n");
    (void)sx_out_flush(&demo->cli->out, NULL);
    const char *const words[] = {"feed", "--url", demo->url, "--db", DATABASE, NULL};
    int64_t until_ns =
        arguments->duration_ns ? demo->started_ns + arguments->duration_ns : INT64_MAX;
    st = start(demo, &demo->feed, words, err);
    if (!st)
        st = sx_source_open_url(&demo->source, &demo->cli->mem, demo->url, err);
    if (!st)
        st = await_figures(demo, err);
    for (size_t i = 0; i < SX_COUNT_OF(queries) && !st && !sx_stop_wanted(); i++)
        show_answer(demo, queries[i]);
    if (!st && !sx_stop_wanted())
        tell_how(demo, arguments->duration_ns != 0);
    if (!st)
        st = run_on(demo, until_ns, err);
    return st;
}

static int run_demo(struct sx_cli *cli, const void *given, char **operands, size_t operand_count)
{
    struct demo demo = {.cli = cli, .server = {.fd = -1}, .feed = {.fd = -1}};
    stria_error err = {0};
    (void)operands;
    (void)operand_count;
    sx_stop_watch();
    stria_status st = play(&demo, given, &err);
    (void)sx_source_close(&demo.source, NULL);
    bool server_ran = demo.server.pid != 0;
    bool clean = stop_children(&demo);
    if (st && st != STRIA_CANCELLED)
        return sx_cli_fail(cli, &err);
    if (server_ran && !clean) {
        sx_cli_say(cli, "the server ended with status %d: %s", demo.server.status, demo.last_line);
        return SX_EXIT_FAILED;
    }
    sx_out_put_text(&cli->out, "\nThe server has ended; its data stays.\n");
    return demo.unanswered ? SX_EXIT_FAILED : SX_EXIT_OK;
}

const struct sx_command sx_cmd_demo = {
    .name = "demo",
    .summary = "Starts a server, feeds it figures of this machine, and asks it",
    .details = "A second start goes on with the data of the first. Needs no terminal.",
    .example = "stria demo --for 15",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct demo_arguments),
    .run = run_demo,
};
