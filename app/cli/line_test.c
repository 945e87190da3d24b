/* SPDX-License-Identifier: Apache-2.0 */
/* line_test.c -- lines typed at a pseudo terminal, given up, ended, and remembered in a file. */
#include "app/cli/line.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

struct terminal {
    int master;
    FILE *slave;
};

static void open_terminal(struct terminal *terminal)
{
    terminal->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(terminal->master >= 0);
    assert_int_equal(grantpt(terminal->master), 0);
    assert_int_equal(unlockpt(terminal->master), 0);
    terminal->slave = fopen(ptsname(terminal->master), "r+");
    assert_non_null(terminal->slave);
    assert_int_equal(setvbuf(terminal->slave, NULL, _IONBF, 0), 0);
}

static void close_terminal(struct terminal *terminal)
{
    assert_int_equal(fclose(terminal->slave), 0);
    assert_int_equal(close(terminal->master), 0);
}

struct typist {
    const struct terminal *terminal;
    const char *keys;
};

/* Types once the editor has the terminal: before that, Ctrl-C would not be a key. */
static void *type(void *context)
{
    const struct typist *typist = context;
    size_t len = strlen(typist->keys);
    struct termios mode;
    do
        (void)usleep(1000);
    while (tcgetattr(fileno(typist->terminal->slave), &mode) == 0 && (mode.c_lflag & ICANON));
    if (write(typist->terminal->master, typist->keys, len) != (ssize_t)len)
        abort();
    return NULL;
}

static stria_status read_typed(struct sx_line *line, const struct terminal *terminal,
                               const char *keys, struct sx_buf *text)
{
    struct typist typist = {terminal, keys};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, type, &typist), 0);
    stria_status st = sx_line_read(line, "> ", text);
    assert_int_equal(pthread_join(thread, NULL), 0);
    return st;
}

static void put_line(void *context, const char *text)
{
    sx_buf_put_text(context, text);
    sx_buf_put_u8(context, '|');
}

static void expect(struct sx_buf *text, const char *wanted)
{
    sx_buf_put_u8(text, 0);
    assert_false(text->failed);
    assert_string_equal((const char *)text->ptr, wanted);
    sx_buf_clear(text);
}

static void test_lines_are_edited_given_up_and_remembered(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct terminal terminal;
    struct sx_line *line;
    struct sx_buf text;
    char path[] = "/tmp/stria_line_test_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd) + unlink(path), 0);
    assert_int_equal(setenv("TERM", "vt100", 1), 0);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&text, &mem, 4096);
    open_terminal(&terminal);
    assert_int_equal(sx_line_create(&mem, terminal.slave, terminal.slave, path, &line, NULL),
                     STRIA_OK);
    assert_int_equal(read_typed(line, &terminal, "SHOW DATABASEX\x7fS\n", &text), STRIA_OK);
    sx_line_remember(line, sx_buf_bytes(&text));
    expect(&text, "SHOW DATABASES");
    assert_int_equal(read_typed(line, &terminal, "SELECT nonsense\x03", &text), STRIA_CANCELLED);
    expect(&text, "");
    sx_line_remember(line, SX_LITERAL("SELECT *\nFROM cpu"));
    assert_int_equal(read_typed(line, &terminal, "\x10\x10\n", &text), STRIA_OK);
    expect(&text, "SHOW DATABASES");
    assert_int_equal(read_typed(line, &terminal, "caf\xc3\xa9\xe2\x82\xac\x7f\n", &text), STRIA_OK);
    expect(&text, "caf\xc3\xa9");
    assert_int_equal(read_typed(line, &terminal, "\x04", &text), STRIA_NOT_FOUND);
    sx_line_history(line, put_line, &text);
    expect(&text, "SHOW DATABASES|SELECT * FROM cpu|");
    sx_line_destroy(line);
    assert_int_equal(sx_line_create(&mem, terminal.slave, terminal.slave, path, &line, NULL),
                     STRIA_OK);
    sx_line_history(line, put_line, &text);
    expect(&text, "SHOW DATABASES|SELECT * FROM cpu|");
    sx_line_destroy(line);
    close_terminal(&terminal);
    assert_int_equal(unlink(path), 0);
    sx_buf_deinit(&text);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_edited_given_up_and_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
