/* SPDX-License-Identifier: Apache-2.0 */
/* memory_tools_test.c -- `--memory` of the commands that work on a directory: it holds for the
 * whole process, and what is too little is refused in the same words.
 *
 * Algorithm   `stria bench start --make` fills a store. Each command is asked to do with 1M, and
 *             must name what it needs; then with 64M and with 256M, and the most memory that its
 *             process ever had (ru_maxrss, which is VmHWM) must stay below it, with a tenth to
 *             spare.
 * Limits      Under sanitizers, which take memory of their own, the commands get what they say that
 *             they need and 64M more, and the figures are only told.
 *             STRIA_SWEEP=N: N times as many series; 50 is 400,000. Then a command may also say
 *             that it needs more memory.
 * Use         memory_tools_test BUILD-FOLDER */
#include "base/sanitizer_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)
#define WORDS_MAX 16
#define SERIES_COUNT 8000
#define TOO_LITTLE "--memory is 1048576 bytes: at least "

static char program[4096];
static char folder[40];
static unsigned times; /* STRIA_SWEEP */

struct outcome {
    int status;
    uint64_t most;     /* bytes in memory */
    char output[4096]; /* both outputs */
};

/* Runs the program in the folder. */
static void run(struct outcome *outcome, char *const *arguments)
{
    int ends[2], status;
    size_t size = 0;
    ssize_t got;
    struct rusage usage;
    assert_int_equal(pipe(ends), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (!id) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        if (chdir(folder) == 0)
            (void)execv(program, arguments);
        _exit(127);
    }
    (void)close(ends[1]);
    while ((got = read(ends[0], outcome->output + size, sizeof outcome->output - 1 - size)) > 0)
        size += (size_t)got;
    outcome->output[size] = 0;
    (void)close(ends[0]);
    assert_int_equal(wait4(id, &status, 0, &usage), id);
    assert_true(WIFEXITED(status));
    outcome->status = WEXITSTATUS(status);
    outcome->most = (uint64_t)usage.ru_maxrss * 1024;
}

/* In this order: what one makes the next ones use. */
static const struct command {
    const char *name;
    const char *words[8];
} commands[] = {
    {"verify", {"verify", "store"}},
    {"backup", {"backup", "--data", "store", "backups"}},
    {"restore", {"restore", "backups", "--data", "restored"}},
    {"restore of one database", {"restore", "backups", "--data", "one", "--db", "bench"}},
    {"verify --repair", {"verify", "--repair", "restored"}},
    {"bench start", {"bench", "start", "--data", "started", "--make", "4,400"}},
    {"compact", {"compact", "--data", "restored", "--until", "merge"}},
    {"import", {"import", "--data", "imported", "--db", "d", "--create-db", "in.lp"}},
    {"bench ingest", {"bench", "ingest", "--data", "filled", "--seconds", "1"}},
};

static void run_with(struct outcome *outcome, const struct command *command, uint64_t memory)
{
    char *arguments[WORDS_MAX] = {program}, size[30];
    size_t count = 1;
    for (size_t i = 0; i < 8 && command->words[i]; i++)
        arguments[count++] = (char *)(uintptr_t)command->words[i];
    (void)snprintf(size, sizeof size, "%" PRIu64, memory);
    arguments[count++] = "--memory";
    arguments[count] = size;
    run(outcome, arguments);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void forget(const char *name)
{
    char path[80];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What a command says that it needs at least. */
static uint64_t least_of(const struct command *command)
{
    static struct outcome outcome;
    run_with(&outcome, command, MIB);
    const char *text = strstr(outcome.output, TOO_LITTLE);
    if (!text || outcome.status != 1 || !strstr(text, "of them for the program itself"))
        fail_msg("%s with 1M: %d %s", command->name, outcome.status, outcome.output);
    return strtoull(text + strlen(TOO_LITTLE), NULL, 10);
}

static void test_a_command_stays_inside_the_memory_that_it_was_given(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {64 * MIB, 256 * MIB};
    static const char *const made[] = {"backups", "restored", "one",
                                       "started", "imported", "filled"};
    static struct outcome outcome;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < sizeof made / sizeof made[0]; k++)
            forget(made[k]);
        for (size_t k = 0; k < sizeof commands / sizeof commands[0]; k++) {
            uint64_t least = least_of(&commands[k]);
            uint64_t memory = SANITIZED ? least + sizes[i] : sizes[i];
            run_with(&outcome, &commands[k], memory);
            bool refused = outcome.status == 1 && times > 1 && strstr(outcome.output, "memory");
            if (outcome.status && !refused)
                fail_msg("%s: %d %s", commands[k].name, outcome.status, outcome.output);
            print_message("%s with %" PRIu64 "M: %" PRIu64 "M at most, %+.0f %%%s\n",
                          commands[k].name, memory / MIB, outcome.most / MIB,
                          100 * ((double)outcome.most / (double)memory - 1),
                          refused ? ", and it says that it needs more" : "");
            if (!SANITIZED && outcome.most > memory + memory / 10)
                fail_msg("%s: %" PRIu64 " bytes in memory", commands[k].name, outcome.most);
        }
    }
}

/* ---- around it ---- */

static bool write_lines(void)
{
    char path[80];
    (void)snprintf(path, sizeof path, "%s/in.lp", folder);
    FILE *file = fopen(path, "we");
    for (int i = 0; file && i < 20000; i++)
        (void)fprintf(file, "m,k=%d v=%d,text=\"value %d\" %d\n", i % 1000, i, i, i);
    return file && fclose(file) == 0;
}

static int begin(void **state)
{
    static struct outcome outcome;
    const char *sweep = getenv("STRIA_SWEEP");
    char shape[40];
    char *arguments[] = {program,  "bench", "start",    "--data", "store",
                         "--make", shape,   "--memory", "1G",     NULL};
    (void)state;
    times = sweep ? (unsigned)strtoul(sweep, NULL, 10) : 1;
    times += !times;
    (void)snprintf(shape, sizeof shape, "8,%u", SERIES_COUNT * times);
    memcpy(folder, "/tmp/stria-tools-XXXXXX", 24);
    if (!mkdtemp(folder) || !write_lines())
        return -1;
    run(&outcome, arguments);
    if (outcome.status)
        print_error("%s\n", outcome.output);
    return outcome.status ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_command_stays_inside_the_memory_that_it_was_given),
    };
    if (argc < 2) {
        print_error("use: memory_tools_test BUILD-FOLDER\n");
        return 1;
    }
    (void)snprintf(program, sizeof program, "%s/stria", argv[1]);
    return cmocka_run_group_tests(tests, begin, end);
}
