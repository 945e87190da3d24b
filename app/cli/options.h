/* SPDX-License-Identifier: Apache-2.0 */
/* options.h -- the flags and operands of a command, from a table of them.
 *
 * Why         One table per command makes the parsing, the help and the hint at what was meant.
 * Format      --flag, --flag VALUE, --flag=VALUE in any order among the operands; -- ends the
 *             flags; - alone is an operand. A flag that is given twice counts as it was given last.
 *             -h and --help ask for help, wherever they stand.
 * Use         struct my_arguments { const char *db; bool json; };
 *             static const struct sx_option options[] = {
 *                 {"db", SX_OPTION_TEXT, offsetof(struct my_arguments, db), "NAME", "its name"},
 *                 {"json", SX_OPTION_FLAG, offsetof(struct my_arguments, json), NULL, "as JSON"},
 *             };
 * Threads     Pure. */
#ifndef SX_APP_CLI_OPTIONS_H
#define SX_APP_CLI_OPTIONS_H

#include "base/buf.h"
#include "stria.h"

/* What a flag takes, and what is stored at `offset` of the command's arguments. */
enum sx_option_type {
    SX_OPTION_FLAG = 0, /* nothing; bool */
    SX_OPTION_TEXT,     /* const char *, of argv */
    SX_OPTION_COUNT,    /* digits; uint64_t */
    SX_OPTION_SIZE,     /* 64M; uint64_t */
    SX_OPTION_DURATION, /* 1h30m, more than 0; int64_t of nanoseconds */
    SX_OPTION_SECONDS,  /* the same, or a number of seconds; int64_t of nanoseconds */
    SX_OPTION_MOMENT,   /* 2024-05-01, now-1h; struct sx_moment */
    SX_OPTION_CHOICE,   /* one of `value`; int, the number of it: 0 is the first */
};

struct sx_moment {
    bool given;
    int64_t ts_ns;
};

struct sx_option {
    const char *name; /* without -- */
    enum sx_option_type type;
    size_t offset;
    const char *value; /* its word in the help, DIR; of a choice: all of them, table|csv; or NULL */
    const char *help;  /* without a point at the end */
};

struct sx_cli;

struct sx_command {
    const char *name;
    const char *operands; /* as the help shows them, "[FILE...]"; NULL: none */
    size_t operand_min, operand_max;
    const char *summary; /* one line, for the list of commands */
    const char *details; /* more lines, or NULL */
    const char *example; /* a line that can be copied */
    const struct sx_option *options;
    size_t option_count;
    size_t arguments_size; /* zeroed before parsing: so zero is the default of every value */
    /* Returns an exit status. */
    int (*run)(struct sx_cli *cli, const void *arguments, char **operands, size_t operand_count);
    /* Instead of all of this: a command that reads its words itself, from its name on. */
    int (*run_raw)(int argc, char **argv);
};

#define SX_OPERANDS_MAX SIZE_MAX

/* Reads argv[0 .. argc) (without program and command) into arguments and operands (room for argc).
 * now_ns   what now is in moments.
 * *help    out: help is asked for; nothing else was looked at then.
 * Returns  OK, INVALID (what is wrong, and what may have been meant, in err). */
stria_status sx_options_parse(const struct sx_command *command, int argc, char **argv,
                              int64_t now_ns, void *arguments, char **operands,
                              size_t *operand_count, bool *help, stria_error *err);

/* Appends the help of a command: usage, what it does, its flags, an example. */
void sx_options_help(const struct sx_command *command, struct sx_buf *out);

#endif
