/* SPDX-License-Identifier: Apache-2.0 */
/* scratch_test.h -- for tests of commands: a folder that goes away, and the program run inside the
 * test with its outputs kept.
 *
 * Threads     One. */
#ifndef SX_APP_CLI_SCRATCH_TEST_H
#define SX_APP_CLI_SCRATCH_TEST_H

#include "app/cli/cmd.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char scratch_dir[64];
static char scratch_out[65536], scratch_err[65536]; /* of the last run */

static inline int scratch_begin(void **state)
{
    (void)state;
    (void)snprintf(scratch_dir, sizeof scratch_dir, "/tmp/stria_cli_test_XXXXXX");
    return mkdtemp(scratch_dir) ? 0 : 1;
}

static inline int scratch_remove(const char *path, const struct stat *info, int type,
                                 struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

static inline int scratch_end(void **state)
{
    (void)state;
    return nftw(scratch_dir, scratch_remove, 8, FTW_DEPTH | FTW_PHYS);
}

struct scratch_path {
    char text[256];
};

static inline struct scratch_path scratch_join(const char *name)
{
    struct scratch_path path;
    (void)snprintf(path.text, sizeof path.text, "%s/%s", scratch_dir, name);
    return path;
}

/* A path in the folder; eight of them live at a time. */
static inline char *scratch_path(const char *name)
{
    static struct scratch_path paths[8];
    static unsigned next;
    struct scratch_path *path = &paths[next++ % 8];
    *path = scratch_join(name);
    return path->text;
}

static inline void scratch_write(const char *name, const void *bytes, size_t size)
{
    int fd = open(scratch_join(name).text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}

static inline void scratch_read(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t got = read(fd, text, size - 1);
    assert_true(got >= 0);
    text[got] = 0;
    assert_int_equal(close(fd), 0);
}

static inline int scratch_redirect(const char *name, int fd)
{
    int kept = dup(fd);
    int file = open(scratch_join(name).text, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(kept >= 0 && file >= 0);
    assert_int_equal(dup2(file, fd), fd);
    assert_int_equal(close(file), 0);
    return kept;
}

static inline void scratch_restore(int kept, int fd)
{
    assert_int_equal(dup2(kept, fd), fd);
    assert_int_equal(close(kept), 0);
}

/* Runs the program with words, ended by NULL, and `input` as standard input (NULL: empty). */
static inline int scratch_run(const char *const *words, const char *input)
{
    char *argv[32] = {(char *)"stria"};
    int argc = 1;
    while (words[argc - 1] && argc < 31) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    scratch_write("stdin", input ? input : "", input ? strlen(input) : 0);
    (void)fflush(NULL);
    int in = dup(STDIN_FILENO), file = open(scratch_join("stdin").text, O_RDONLY | O_CLOEXEC);
    assert_int_equal(dup2(file, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(file), 0);
    int out = scratch_redirect("stdout", STDOUT_FILENO);
    int err = scratch_redirect("stderr", STDERR_FILENO);
    int code = sx_cli_main(argc, argv);
    (void)fflush(NULL);
    scratch_restore(in, STDIN_FILENO);
    scratch_restore(out, STDOUT_FILENO);
    scratch_restore(err, STDERR_FILENO);
    scratch_read(scratch_join("stdout").text, scratch_out, sizeof scratch_out);
    scratch_read(scratch_join("stderr").text, scratch_err, sizeof scratch_err);
    print_message("%s -> %d\n%s%s", words[0] ? words[0] : "", code, scratch_out, scratch_err);
    return code;
}

#define RUN(...) scratch_run((const char *const[]){__VA_ARGS__, NULL}, NULL)
#define RUN_WITH(input, ...) scratch_run((const char *const[]){__VA_ARGS__, NULL}, input)

static inline void expect_in(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("not there: %s", part);
}

static inline void expect_not_in(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("there: %s", part);
}

#endif
