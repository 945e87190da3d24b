/* SPDX-License-Identifier: Apache-2.0 */
/* line.c -- see line.h. The only file that includes libedit's header.
 *
 * Algorithm   While a line is edited the terminal makes no signal of Ctrl-C: it is a key, which
 *             ends the line like the return key, and it is noted why. libedit asks the locale what
 *             characters are: while it works, this thread alone has one of UTF-8. */
#include "app/cli/line.h"

#include "base/error.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <unistd.h>

#define CTRL_C 3

struct sx_line {
    struct sx_mem *mem;
    EditLine *editor;
    History *history;
    const char *prompt;
    char *path;    /* of the history; NULL: none */
    int fd;        /* what is typed */
    locale_t utf8; /* whose characters the editor's functions know; 0: none */
    bool given_up;
};

static locale_t enter(const struct sx_line *line)
{
    return line->utf8 ? uselocale(line->utf8) : (locale_t)0;
}

static void leave(locale_t before)
{
    if (before)
        (void)uselocale(before);
}

static char *prompt_of(EditLine *editor)
{
    struct sx_line *line = NULL;
    (void)el_get(editor, EL_CLIENTDATA, &line);
    return (char *)line->prompt;
}

/* Reads one byte; 0 or less: none came. */
static ssize_t read_byte(struct sx_line *line, uint8_t *byte)
{
    ssize_t got;
    do
        got = read(line->fd, byte, 1);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Reads a key: a code point of UTF-8. */
static int read_key(EditLine *editor, wchar_t *key)
{
    struct sx_line *line = NULL;
    uint8_t bytes[SX_RUNE_SIZE_MAX];
    uint32_t rune;
    (void)el_get(editor, EL_CLIENTDATA, &line);
    ssize_t got = read_byte(line, bytes);
    if (got <= 0)
        return (int)got;
    size_t size = bytes[0] < 0xc0 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < size; i++)
        if (read_byte(line, &bytes[i]) <= 0)
            return 0;
    (void)sx_utf8_decode(sx_bytes_make(bytes, size), &rune);
    line->given_up = rune == CTRL_C;
    *key = line->given_up ? L'\n' : (wchar_t)rune;
    return 1;
}

static bool set_up(struct sx_line *line, const char *history_path)
{
    HistEvent event;
    EditLine *editor = line->editor;
    if (history(line->history, &event, H_SETSIZE, SX_LINE_HISTORY_MAX) < 0 ||
        history(line->history, &event, H_SETUNIQUE, 1) < 0 || el_set(editor, EL_CLIENTDATA, line) ||
        el_set(editor, EL_PROMPT, prompt_of) || el_set(editor, EL_EDITOR, "emacs") ||
        el_set(editor, EL_SIGNAL, 1) || el_set(editor, EL_HIST, history, line->history) ||
        el_set(editor, EL_SETTY, "-d", "-isig", NULL) || el_set(editor, EL_GETCFN, read_key) ||
        el_set(editor, EL_BIND, "^R", "em-inc-search-prev", NULL))
        return false;
    (void)el_source(editor, NULL);
    if (history_path) {
        size_t size = strlen(history_path) + 1;
        line->path = sx_mem_alloc(line->mem, size);
        if (!line->path)
            return false;
        memcpy(line->path, history_path, size);
        (void)history(line->history, &event, H_LOAD, line->path);
    }
    return true;
}

stria_status sx_line_create(struct sx_mem *mem, FILE *in, FILE *out, const char *history_path,
                            struct sx_line **result, stria_error *err)
{
    struct sx_line *line = sx_mem_zalloc(mem, sizeof *line);
    *result = NULL;
    if (!line)
        return sx_mem_refused(mem, sizeof *line, err);
    line->mem = mem;
    line->prompt = "";
    line->fd = fileno(in);
    line->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = enter(line);
    line->editor = el_init("stria", in, out, stderr);
    line->history = history_init();
    bool good = line->editor && line->history && set_up(line, history_path);
    leave(before);
    if (!good) {
        sx_line_destroy(line);
        return sx_fail(err, STRIA_NOMEM, "libedit could not begin");
    }
    *result = line;
    return STRIA_OK;
}

void sx_line_destroy(struct sx_line *line)
{
    if (!line)
        return;
    if (line->editor)
        el_end(line->editor);
    if (line->history)
        history_end(line->history);
    if (line->utf8)
        freelocale(line->utf8);
    sx_mem_free(line->mem, line->path);
    sx_mem_free(line->mem, line);
}

stria_status sx_line_read(struct sx_line *line, const char *prompt, struct sx_buf *text)
{
    int len = 0;
    line->prompt = prompt;
    line->given_up = false;
    locale_t before = enter(line);
    const char *typed = el_gets(line->editor, &len);
    leave(before);
    if (line->given_up)
        return STRIA_CANCELLED;
    if (!typed || len <= 0)
        return STRIA_NOT_FOUND;
    if (typed[len - 1] == '\n')
        len--;
    sx_buf_put(text, typed, (size_t)len);
    return STRIA_OK;
}

void sx_line_remember(struct sx_line *line, struct sx_bytes text)
{
    HistEvent event;
    struct sx_buf copy;
    sx_buf_init(&copy, line->mem, (size_t)1 << 20);
    for (size_t i = 0; i < text.len; i++) /* a statement of several lines is one of the history */
        sx_buf_put_u8(&copy, text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
    sx_buf_put_u8(&copy, 0);
    if (!copy.failed && copy.len > 1 &&
        history(line->history, &event, H_ENTER, (const char *)copy.ptr) >= 0 && line->path) {
        int fd = open(line->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* for its owner only */
        if (fd >= 0)
            (void)close(fd);
        (void)history(line->history, &event, H_SAVE, line->path);
    }
    sx_buf_deinit(&copy);
}

void sx_line_history(struct sx_line *line, void (*each)(void *context, const char *text),
                     void *context)
{
    HistEvent event;
    for (int found = history(line->history, &event, H_LAST); found >= 0;
         found = history(line->history, &event, H_PREV))
        each(context, event.str);
}
