/* SPDX-License-Identifier: Apache-2.0 */
/* shell.c -- see shell.h: opening, reading lines, asking. */
#include "app/cli/shell.h"

#include "app/cli/interrupt.h"
#include "app/cli/progress.h"
#include "app/cli/statement_end.h"
#include "app/cli/value_text.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATEMENT_SIZE_MAX ((size_t)64 << 20)
#define INPUT_PIECE 65536
#define NESTING_MAX 16
#define SHELL_THREADS 1

void sx_shell_init(struct sx_shell *shell, struct sx_cli *cli)
{
    *shell = (struct sx_shell){.cli = cli,
                               .format = SX_RENDER_TABLE,
                               .time = SX_RENDER_RFC3339,
                               .chunk_row_count = 10000,
                               .fd = -1};
    sx_buf_init(&shell->where, &cli->mem, SX_SHELL_NAME_MAX);
    sx_buf_init(&shell->database, &cli->mem, SX_SHELL_NAME_MAX);
    sx_buf_init(&shell->policy, &cli->mem, SX_SHELL_NAME_MAX);
    sx_buf_init(&shell->input, &cli->mem, STATEMENT_SIZE_MAX);
}

void sx_shell_deinit(struct sx_shell *shell)
{
    stria_error err;
    if (sx_source_close(&shell->source, &err))
        sx_shell_fail(shell, "%s", err.text);
    sx_line_destroy(shell->line);
    sx_buf_deinit(&shell->where);
    sx_buf_deinit(&shell->database);
    sx_buf_deinit(&shell->policy);
    sx_buf_deinit(&shell->input);
}

const char *sx_shell_text(const struct sx_buf *buf)
{
    return buf->len ? (const char *)buf->ptr : "";
}

void sx_shell_set(struct sx_buf *buf, struct sx_bytes text)
{
    sx_buf_clear(buf);
    if (!text.len)
        return;
    sx_buf_put_bytes(buf, text);
    sx_buf_put_u8(buf, 0);
    if (buf->failed)
        sx_buf_clear(buf);
}

void sx_shell_fail(struct sx_shell *shell, const char *format, ...)
{
    va_list args;
    (void)sx_out_flush(&shell->cli->out, NULL);
    va_start(args, format);
    (void)fputs("ERR: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    shell->failed = true;
}

void sx_shell_say(struct sx_shell *shell, const char *format, ...)
{
    if (!shell->line)
        return;
    va_list args;
    (void)sx_out_flush(&shell->cli->out, NULL);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

/* ---- opening ---- */

static bool is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Whether a word is a server's: it has a scheme, or is host:port and no folder. */
static bool is_url(const char *where)
{
    const char *colon = strchr(where, ':');
    if (strstr(where, "://"))
        return true;
    if (is_directory(where) || strchr(where, '/'))
        return false;
    return strcmp(where, "localhost") == 0 ||
           (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1));
}

static stria_status open_directory(struct sx_shell *shell, const char *where,
                                   struct sx_source *source, stria_error *err)
{
    struct sx_mem *mem = &shell->cli->mem;
    bool is_new = !is_directory(where);
    stria_error why = {0};
    stria_status st =
        sx_source_open_write(source, mem, where, STRIA_OPTIONS(.threads = SHELL_THREADS), &why);
    if (!st) {
        sx_shell_say(shell, is_new ? "Made a new store in %s" : "Opened %s", where);
        return STRIA_OK;
    }
    bool only_read = st == STRIA_LOCKED || st == STRIA_READ_ONLY || why.os_errno == EACCES ||
                     why.os_errno == EROFS || why.os_errno == EPERM;
    if (!only_read || sx_source_open_read(source, mem, where, err)) {
        sx_error_copy(err, &why);
        return st;
    }
    sx_cli_say(shell->cli, "opened %s for reading only: %s", where,
               st == STRIA_LOCKED ? "another process writes to it" : why.text);
    return STRIA_OK;
}

static stria_status open_server(struct sx_shell *shell, const char *where, struct sx_source *source,
                                stria_error *err)
{
    char version[64];
    stria_status st = sx_source_open_url(source, &shell->cli->mem, where, err);
    if (!st)
        st = sx_client_ping(source->client, version, sizeof version, err);
    if (!st)
        sx_shell_say(shell, "Connected to %s version %s", sx_client_name(source->client), version);
    else
        (void)sx_source_close(source, NULL);
    return st;
}

stria_status sx_shell_open(struct sx_shell *shell, const char *where, stria_error *err)
{
    struct sx_source source = {0};
    stria_status st = is_url(where) ? open_server(shell, where, &source, err)
                                    : open_directory(shell, where, &source, err);
    if (st)
        return st;
    stria_error close_err;
    if (sx_source_close(&shell->source, &close_err))
        sx_shell_fail(shell, "%s", close_err.text);
    shell->source = source;
    sx_shell_set(&shell->where, sx_bytes_of(source.client ? sx_client_name(source.client) : where));
    return STRIA_OK;
}

/* ---- asking ---- */

static void cancel_asked(void *asked)
{
    sx_asked_cancel(asked);
}

static void tell_messages(struct sx_asked *asked)
{
    if (!asked->answer)
        return;
    struct sx_bytes messages = sx_answer_messages(asked->answer);
    (void)fwrite(messages.len ? messages.ptr : (const uint8_t *)"", 1, messages.len, stderr);
}

/* Asks and shows; what goes wrong before anything is shown is told, what comes later is shown. */
static stria_status ask_and_show(struct sx_shell *shell, struct sx_bytes text, uint64_t *row_count)
{
    const struct sx_question question = {.text = text,
                                         .database = sx_shell_text(&shell->database),
                                         .policy = sx_shell_text(&shell->policy)};
    const struct sx_render_options options = {
        .format = shell->format,
        .time = shell->time,
        .pretty = shell->pretty,
        .chunk_row_count = shell->chunked ? shell->chunk_row_count : 0,
    };
    struct sx_asked asked = {.source = &shell->source};
    stria_error err = {0};
    if (shell->source.client) /* the wait for the head of the answer can be ended, too */
        (void)sx_interrupt_target(cancel_asked, &asked);
    stria_status st = sx_source_ask(&shell->source, &question, &asked, &err);
    if (st) {
        (void)sx_interrupt_target(NULL, NULL);
        sx_shell_fail(shell, "%s", err.text);
        return st;
    }
    (void)sx_interrupt_target(cancel_asked, &asked);
    st = sx_show(&asked, &options, &shell->cli->out, row_count, &err);
    (void)sx_interrupt_target(NULL, NULL);
    (void)sx_out_flush(&shell->cli->out, NULL);
    tell_messages(&asked);
    sx_asked_end(&asked);
    return st;
}

void sx_shell_query(struct sx_shell *shell, struct sx_bytes text)
{
    struct sx_progress clock;
    uint64_t row_count = 0;
    if (!shell->source.db && !shell->source.client) {
        sx_shell_fail(shell, "nothing is open; `connect DIR|URL` opens something");
        return;
    }
    sx_progress_begin(&clock);
    if (ask_and_show(shell, text, &row_count))
        shell->failed = true;
    if (shell->source.client)
        sx_client_resume(shell->source.client);
    if (!shell->timing)
        return;
    char storage[64];
    struct sx_buf elapsed;
    sx_buf_init_fixed(&elapsed, storage, sizeof storage - 1);
    sx_put_elapsed(&elapsed, sx_progress_elapsed_ns(&clock));
    (void)fprintf(stderr, "%llu %s in %.*s\n", (unsigned long long)row_count,
                  row_count == 1 ? "row" : "rows", (int)elapsed.len, storage);
}

/* ---- reading lines ---- */

/* The next line of a file. NOT_FOUND at its end. */
static stria_status read_file_line(struct sx_shell *shell, struct sx_buf *line)
{
    for (;;) {
        uint8_t *from = shell->input.ptr + shell->input_at;
        size_t left = shell->input.len - shell->input_at;
        const uint8_t *lf = left ? memchr(from, '\n', left) : NULL;
        if (lf || (shell->input_end && left)) {
            size_t len = lf ? (size_t)(lf - from) : left;
            sx_buf_put(line, from, len);
            shell->input_at += len + (lf != NULL);
            return STRIA_OK;
        }
        if (shell->input_end)
            return STRIA_NOT_FOUND;
        if (left)
            memmove(shell->input.ptr, from, left);
        shell->input.len = left;
        shell->input_at = 0;
        ssize_t got = -1;
        if (sx_buf_reserve(&shell->input, INPUT_PIECE))
            got = read(shell->fd, shell->input.ptr + left, INPUT_PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            sx_shell_fail(shell, "reading statements: %s", strerror(errno));
        shell->input_end = got <= 0;
        shell->input.len += got > 0 ? (size_t)got : 0;
    }
}

static stria_status read_line(struct sx_shell *shell, bool first, struct sx_buf *line)
{
    if (shell->line)
        return sx_line_read(shell->line, first ? "> " : "... ", line);
    return read_file_line(shell, line);
}

/* Reads a statement, or a line for the shell, which is carried out at once (*done). */
static stria_status read_statement(struct sx_shell *shell, struct sx_buf *text, bool *done)
{
    sx_buf_clear(text);
    *done = false;
    for (bool first = true;; first = false) {
        stria_status st = read_line(shell, first, text);
        if (st)
            return st == STRIA_NOT_FOUND && !first ? STRIA_OK : st;
        struct sx_bytes line = sx_shell_trimmed(sx_buf_bytes(text));
        *done = first && (line.len == 0 || sx_shell_word(shell, line));
        if (*done || sx_statement_is_whole(sx_buf_bytes(text)))
            return STRIA_OK;
        if (text->ptr[text->len - 1] == '\\')
            text->ptr[text->len - 1] = ' ';
        sx_buf_put_u8(text, '\n');
    }
}

void sx_shell_run(struct sx_shell *shell)
{
    struct sx_buf text;
    sx_buf_init(&text, &shell->cli->mem, STATEMENT_SIZE_MAX);
    while (!shell->quit && sx_out_open(&shell->cli->out)) {
        bool done;
        stria_status st = read_statement(shell, &text, &done);
        if (st == STRIA_CANCELLED)
            continue;
        if (st)
            break;
        struct sx_bytes statement = sx_shell_trimmed(sx_buf_bytes(&text));
        if (shell->line && statement.len)
            sx_line_remember(shell->line, statement);
        if (!done && text.failed)
            sx_shell_fail(shell, "a statement is larger than %zu bytes", STATEMENT_SIZE_MAX);
        else if (!done)
            sx_shell_query(shell, statement);
    }
    sx_buf_deinit(&text);
}

void sx_shell_run_file(struct sx_shell *shell, const char *path)
{
    if (shell->nesting == NESTING_MAX) {
        sx_shell_fail(shell, "%s: more than %d files read each other", path, NESTING_MAX);
        return;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        sx_shell_fail(shell, "%s: open: %s", path, strerror(errno));
        return;
    }
    struct sx_shell inner = *shell;
    inner.line = NULL;
    inner.fd = fd;
    inner.input_at = 0;
    inner.input_end = false;
    inner.nesting++;
    sx_buf_init(&inner.input, &shell->cli->mem, STATEMENT_SIZE_MAX);
    sx_shell_run(&inner);
    sx_buf_deinit(&inner.input);
    (void)close(fd);
    /* What the file chose stays chosen. */
    inner.line = shell->line;
    inner.fd = shell->fd;
    inner.input = shell->input;
    inner.input_at = shell->input_at;
    inner.input_end = shell->input_end;
    inner.nesting = shell->nesting;
    *shell = inner;
}
