/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_feed.c -- stria feed: figures of this machine for a server, like any client's. */
#include "app/cli/cmd.h"
#include "app/cli/lp_cut.h"
#include "app/cli/proc_read.h"
#include "app/cli/source.h"
#include "app/cli/stop.h"
#include "base/civil.h"
#include "os/os.h"

#define LINES_SIZE_MAX ((size_t)16 << 20)

struct feed {
    struct sx_cli *cli;
    struct sx_client *client;
    const char *database; /* made if it is not there */
    int64_t interval_ns;
    int64_t duration_ns;  /* 0: until a signal */
    uint64_t point_count; /* posted */
};

struct feeding {
    struct feed *feed;
    struct sx_proc_reader reader;
    struct sx_buf lines;
    bool has_database;
    bool troubled; /* the last post failed, and it was told */
};

static stria_status make_database(struct feeding *feeding, stria_error *err)
{
    struct feed *feed = feeding->feed;
    struct sx_buf text;
    sx_buf_init(&text, &feed->cli->mem, 65536);
    sx_buf_put_text(&text, "CREATE DATABASE ");
    sx_put_quoted_name(&text, sx_bytes_of(feed->database));
    const struct sx_client_query query = {.text = sx_buf_bytes(&text), .may_change = true};
    stria_status st = sx_client_query(feed->client, &query, err);
    if (!st)
        sx_client_end(feed->client);
    sx_buf_deinit(&text);
    feeding->has_database = !st;
    return st;
}

static stria_status post(struct feeding *feeding, stria_error *err)
{
    struct feed *feed = feeding->feed;
    const struct sx_client_write write = {.text = sx_buf_bytes(&feeding->lines),
                                          .database = feed->database};
    stria_status st = feeding->has_database ? STRIA_OK : make_database(feeding, err);
    if (!st)
        st = sx_client_write(feed->client, &write, err);
    if (st == STRIA_NOT_FOUND) /* somebody dropped it: it is made again */
        feeding->has_database = false;
    if (!st)
        feed->point_count += sx_lp_count_points(write.text);
    if (st && !feeding->troubled)
        sx_cli_say(feed->cli, "%s; trying again", err->text);
    if (!st && feeding->troubled)
        sx_cli_say(feed->cli, "%s answers again", sx_client_name(feed->client));
    feeding->troubled = st != STRIA_OK;
    return st;
}

/* Posts until the time is over or a signal came. A server that does not answer is told once, and
 * tried again with the next figures. Returns the error of the last figures. */
static stria_status feed_all(struct feed *feed, stria_error *err)
{
    struct sx_os *os = sx_os_posix();
    struct feeding feeding = {.feed = feed};
    stria_status st = STRIA_OK;
    sx_proc_reader_init(&feeding.reader, &feed->cli->mem);
    sx_buf_init(&feeding.lines, &feed->cli->mem, LINES_SIZE_MAX);
    int64_t started_ns = sx_os_mono_ns(os), next_ns = started_ns;
    while (!sx_stop_wanted()) {
        int64_t elapsed_ns = sx_os_mono_ns(os) - started_ns;
        if (feed->duration_ns && elapsed_ns >= feed->duration_ns)
            break;
        sx_buf_clear(&feeding.lines);
        sx_proc_read(&feeding.reader, sx_os_now_ns(os), &feeding.lines);
        st = feeding.lines.failed ? sx_buf_refused(&feeding.lines, "figures", err)
                                  : post(&feeding, err);
        int64_t now_ns = sx_os_mono_ns(os);
        next_ns += feed->interval_ns;
        if (next_ns < now_ns) /* it took longer: no catching up */
            next_ns = now_ns;
        if (!sx_stop_sleep_ns(next_ns - now_ns))
            break;
    }
    sx_buf_deinit(&feeding.lines);
    sx_proc_reader_deinit(&feeding.reader);
    return st;
}

/* ---- the command ---- */

struct feed_arguments {
    const char *url, *db;
    int64_t interval_ns, duration_ns;
};

#define AT(member) offsetof(struct feed_arguments, member)
static const struct sx_option options[] = {
    {"url", SX_OPTION_TEXT, AT(url), "URL", "the server; http://localhost:8086"},
    {"db", SX_OPTION_TEXT, AT(db), "NAME", "the database, made if it is not there; telegraf"},
    {"interval", SX_OPTION_SECONDS, AT(interval_ns), "TIME", "how often; 1s"},
    {"for", SX_OPTION_SECONDS, AT(duration_ns), "SECONDS", "how long; until Ctrl-C"},
};

static int run_feed(struct sx_cli *cli, const void *given, char **operands, size_t operand_count)
{
    const struct feed_arguments *arguments = given;
    struct feed feed = {
        .cli = cli,
        .database = arguments->db ? arguments->db : "telegraf",
        .interval_ns = arguments->interval_ns ? arguments->interval_ns : SX_SECOND_NS,
        .duration_ns = arguments->duration_ns,
    };
    stria_error err = {0};
    (void)operands;
    (void)operand_count;
    if (sx_client_create(&cli->mem, arguments->url ? arguments->url : "http://localhost",
                         &feed.client, &err))
        return sx_cli_fail(cli, &err);
    sx_stop_watch();
    stria_status st = feed_all(&feed, &err);
    sx_client_destroy(feed.client);
    return st ? sx_cli_fail(cli, &err) : SX_EXIT_OK;
}

const struct sx_command sx_cmd_feed = {
    .name = "feed",
    .summary = "Posts figures of this machine to a server every second",
    .details =
        "CPU, memory, disks, network, load and processes, with the names that Telegraf gives\n"
        "them: cpu, mem, disk, diskio, net, system, processes.",
    .example = "stria feed --url http://localhost:8086 --db telegraf --interval 10s",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct feed_arguments),
    .run = run_feed,
};
