/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c -- see serve.h. */
#include "app/server/serve.h"

#include "app/server/machine.h"
#include "app/server/process.h"
#include "app/server/server.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CONFIG_SIZE_MAX ((size_t)1 << 20)
#define OTHER_THREADS 3 /* the log, its replay, figures */
#define TICK_NS INT64_C(1000000000)
#define STOP_STEP_NS INT64_C(20000000)
#define DEFAULT_LISTEN "127.0.0.1:8086,[::1]:8086"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* ---- settings ------------------------------------------------------------------------------- */

static stria_status read_config(struct sx_mem *mem, struct sx_settings *settings, stria_error *err)
{
    const char *path = settings->config;
    struct sx_buf content;
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) || !S_ISREG(info.st_mode)) {
        int os_errno = fd < 0 ? errno : EINVAL;
        if (fd >= 0)
            (void)close(fd);
        return sx_fail_errno(err, STRIA_IO, os_errno, "%s: %s", path, strerror(os_errno));
    }
    sx_buf_init(&content, mem, CONFIG_SIZE_MAX);
    ssize_t got = 0;
    while (sx_buf_reserve(&content, 4096) && (got = read(fd, content.ptr + content.len, 4096)) > 0)
        content.len += (size_t)got;
    int os_errno = errno;
    (void)close(fd);
    stria_status st;
    if (content.failed)
        st = sx_buf_refused(&content, path, err);
    else if (got < 0)
        st = sx_fail_errno(err, STRIA_IO, os_errno, "%s: %s", path, strerror(os_errno));
    else
        st = sx_settings_read(settings, sx_buf_bytes(&content), path, err);
    sx_buf_deinit(&content);
    return st;
}

static stria_status read_settings(struct sx_mem *mem, int argc, char **argv,
                                  struct sx_settings *settings, bool *help, stria_error *err)
{
    sx_settings_init(settings);
    stria_status st = sx_settings_flags(settings, argc, argv, help, err);
    if (st || *help)
        return st;
    st = sx_settings_environment(settings, getenv, err);
    if (!st && settings->config[0])
        st = read_config(mem, settings, err);
    return st;
}

static int print_help(struct sx_mem *mem)
{
    struct sx_buf out;
    sx_buf_init(&out, mem, CONFIG_SIZE_MAX);
    sx_buf_put_text(&out, "usage: stria serve [--data DIR] [--listen HOST:PORT]... [SETTING]...\n"
                          "\n"
                          "Serves a store over HTTP: InfluxDB's /write and /query.\n"
                          "\n");
    sx_settings_help(&out);
    sx_buf_put_text(&out,
                    "\n"
                    "Each setting can also be given as STRIA_NAME in the environment (STRIA_MEMORY"
                    "=1G) and in\nthe file of --config (memory = 1G). Sizes: k M G T. Durations: "
                    "500ms 10s 1m30s.\n"
                    "\n"
                    "example: stria serve --data /var/lib/stria --listen 127.0.0.1:8086 --memory "
                    "2G\n");
    int status = out.failed ? EXIT_FAILED : EXIT_DONE;
    if (!out.failed)
        (void)fwrite(out.ptr, 1, out.len, stdout);
    sx_buf_deinit(&out);
    return status;
}

/* ---- start ---------------------------------------------------------------------------------- */

/* The addresses of the settings; of the default ones those that this machine has. */
static stria_status listen_all(const struct sx_settings *settings, struct sx_listener *listeners,
                               size_t *count, stria_error *err)
{
    bool given = settings->listen[0] != 0;
    struct sx_bytes list = sx_bytes_of(given ? settings->listen : DEFAULT_LISTEN);
    stria_status st = STRIA_OK;
    while (list.len && !st) {
        const uint8_t *comma = memchr(list.ptr, ',', list.len);
        size_t size = comma ? (size_t)(comma - list.ptr) : list.len;
        struct sx_address address;
        st = sx_address_parse(sx_bytes_make(list.ptr, size), &address, err);
        if (!st)
            st = sx_address_listen(&address, listeners, count, err);
        if (st == STRIA_UNSUPPORTED && !given && *count)
            st = STRIA_OK;
        size += comma != NULL;
        list = sx_bytes_make(list.ptr + size, list.len - size);
    }
    for (size_t i = 0; st && i < *count; i++)
        (void)close(listeners[i].fd);
    return st;
}

static size_t background_threads(const struct sx_settings *settings)
{
    return settings->background_threads ? settings->background_threads : sx_machine_processors();
}

/* What the process may take, and what of it is the store's. */
static stria_status share_memory(const struct sx_settings *settings, size_t listener_count,
                                 uint64_t *memory_size, uint64_t *store_size, stria_error *err)
{
    struct sx_process_load load = {.used = sx_process_resident(),
                                   .thread_count =
                                       background_threads(settings) + settings->write_threads +
                                       settings->query_threads +
                                       settings->io_threads * listener_count + OTHER_THREADS};
    *memory_size = settings->memory;
    if (!*memory_size) {
        uint64_t size = sx_machine_memory("") / 10 * 6;
        uint64_t min = sx_process_memory_min(&load);
        *memory_size = SX_MAX(size, min);
    }
    return sx_process_store_size(*memory_size, &load, store_size, err);
}

static stria_status open_store(const struct sx_settings *settings, struct sx_log *log,
                               uint64_t store_size, stria **db, stria_error *err)
{
    return stria_open(settings->data,
                      STRIA_OPTIONS(.threads = (uint32_t)background_threads(settings),
                                    .memory_size = store_size,
                                    .durability = settings->durability ? STRIA_ASYNC : STRIA_SYNC,
                                    .memtable_size = settings->memtable,
                                    .disk_reserve_size = settings->disk_reserve,
                                    .seal_without_entropy = settings->seal_entropy == 1,
                                    .retention_size = settings->retention_size,
                                    .series_max = settings->series_max,
                                    .new_series_max = settings->new_series_max,
                                    .tag_values_max = settings->tag_values_max,
                                    .on_event = sx_log_event, .user = log),
                      db, err);
}

static void tell_addresses(struct sx_log *log, const struct sx_listener *listeners, size_t count)
{
    char line[SX_LISTENERS_MAX * 64] = "listening on";
    size_t size = strlen(line);
    for (size_t i = 0; i < count; i++) {
        int more = snprintf(line + size, sizeof line - size, " http://%s", listeners[i].text);
        if (more > 0 && (size_t)more < sizeof line - size - 1)
            size += (size_t)more;
        if (!listeners[i].is_loopback)
            sx_log(log, STRIA_LEVEL_WARN, "open_address",
                   "address=%s text=\"other machines may reach it; there is no authentication\"",
                   listeners[i].text);
    }
    line[size++] = '\n';
    ssize_t written = write(STDOUT_FILENO, line, size);
    (void)written;
}

/* ---- run and stop --------------------------------------------------------------------------- */

static void block_signals(sigset_t *set)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, set, NULL); /* also in the threads that are started later */
}

/* Waits for a signal; false: none came in time. */
static bool wait_signal(const sigset_t *set, int64_t duration_ns)
{
    struct timespec time = {.tv_sec = (time_t)(duration_ns / 1000000000),
                            .tv_nsec = (long)(duration_ns % 1000000000)};
    return sigtimedwait(set, NULL, &time) > 0;
}

/* Lets requests end; true: a second signal asks to be quick. */
static bool wait_for_requests(struct sx_server *server, const sigset_t *set)
{
    struct sx_os *os = sx_os_posix();
    int64_t end_ns = sx_os_mono_ns(os) + server->settings->stop_timeout;
    while (atomic_load(&server->active_count) && sx_os_mono_ns(os) < end_ns) {
        if (wait_signal(set, STOP_STEP_NS))
            return true;
    }
    return false;
}

static int close_store(struct sx_log *log, stria *db, bool quick)
{
    stria_error err = {0};
    int status = EXIT_DONE;
    char text[STRIA_ERROR_TEXT_MAX + 16];
    if (!quick && stria_compact(db, STRIA_COMPACT_FLUSH, NULL, &err))
        sx_log(log, STRIA_LEVEL_WARN, "flush_failed", "text=%s",
               sx_log_value(text, sizeof text, err.text));
    if (stria_close(db, &err)) {
        sx_log(log, STRIA_LEVEL_ERROR, "close_failed", "text=%s",
               sx_log_value(text, sizeof text, err.text));
        status = EXIT_FAILED;
    }
    sx_log(log, STRIA_LEVEL_INFO, "stopped", "status=%d", status);
    return status;
}

static int run(struct sx_server *server, struct sx_log *log, stria *db, const sigset_t *set)
{
    while (!wait_signal(set, TICK_NS))
        sx_server_tick(server);
    sx_log(log, STRIA_LEVEL_INFO, "stopping", "requests=%zu", atomic_load(&server->active_count));
    sx_server_quiesce(server);
    bool quick = wait_for_requests(server, set);
    sx_server_stop(server);
    return close_store(log, db, quick || wait_signal(set, 0));
}

static int fail(const stria_error *err)
{
    (void)fprintf(stderr, "stria serve: %s\n", err->text);
    return EXIT_FAILED;
}

/* The store is open and the sockets are: takes requests until a signal comes. */
static int serve(const struct sx_settings *settings, struct sx_log *log, stria *db,
                 uint64_t memory_size, const struct sx_listener *listeners, size_t count,
                 const sigset_t *set)
{
    static struct sx_server server; /* large, and there is one */
    stria_error err = {0};
    if (sx_server_start(&server, settings, log, db, listeners, count, &err)) {
        (void)stria_close(db, NULL);
        return fail(&err);
    }
    server.memory_size = memory_size;
    sx_log(log, STRIA_LEVEL_INFO, "started",
           "version=%s memory=%" PRIu64 " open_files=%" PRIu64 " addresses=%zu", stria_version(),
           memory_size, sx_machine_open_files(), count);
    tell_addresses(log, listeners, count);
    return run(&server, log, db, set);
}

int sx_cli_serve(int argc, char **argv)
{
    static struct sx_settings settings;
    static struct sx_listener listeners[SX_LISTENERS_MAX];
    static struct sx_log log;
    struct sx_mem mem;
    stria_error err = {0};
    bool help = false;
    sx_mem_init(&mem, NULL, "settings", 0);
    if (read_settings(&mem, argc, argv, &settings, &help, &err)) {
        (void)fail(&err);
        return EXIT_USAGE;
    }
    if (help)
        return print_help(&mem);
    sx_log_init(&log, STDERR_FILENO, (stria_level)settings.log_level);
    sigset_t set;
    block_signals(&set);
    size_t count = 0;
    if (listen_all(&settings, listeners, &count, &err))
        return fail(&err);
    uint64_t memory_size, store_size;
    stria *db = NULL;
    stria_status st = share_memory(&settings, count, &memory_size, &store_size, &err);
    if (!st)
        st = open_store(&settings, &log, store_size, &db, &err);
    if (st) {
        for (size_t i = 0; i < count; i++)
            (void)close(listeners[i].fd);
        return fail(&err);
    }
    return serve(&settings, &log, db, memory_size, listeners, count, &set);
}
