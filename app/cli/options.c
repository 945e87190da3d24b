/* SPDX-License-Identifier: Apache-2.0 */
/* options.c -- see options.h. */
#include "app/cli/options.h"

#include "app/cli/value_text.h"
#include "app/server/nearest.h"
#include "app/server/settings_value.h"
#include "base/civil.h"
#include "base/duration_text.h"
#include "base/error.h"
#include "base/int_text.h"

static const struct sx_option *find(const struct sx_command *command, struct sx_bytes name)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (sx_bytes_equal(sx_bytes_of(command->options[i].name), name))
            return &command->options[i];
    return NULL;
}

static stria_status unknown(const struct sx_command *command, const char *typed, stria_error *err)
{
    struct sx_near_word near = {.typed = typed};
    const char *equals = strchr(typed, '=');
    char name[SX_NEAREST_SIZE_MAX + 1];
    if (equals && (size_t)(equals - typed) < sizeof name) {
        memcpy(name, typed, (size_t)(equals - typed));
        name[equals - typed] = 0;
        near.typed = name;
    }
    for (size_t i = 0; i < command->option_count; i++)
        sx_near_word_offer(&near, command->options[i].name);
    sx_near_word_offer(&near, "help");
    if (near.word)
        return sx_fail(err, STRIA_INVALID, "unknown flag --%s; did you mean --%s?", near.typed,
                       near.word);
    return sx_fail(err, STRIA_INVALID, "unknown flag --%s", near.typed);
}

static stria_status put_choice(const struct sx_option *option, struct sx_bytes text, int *place)
{
    int number = sx_choice_parse(text, option->value);
    if (number < 0)
        return STRIA_INVALID;
    *place = number;
    return STRIA_OK;
}

static stria_status put_duration(struct sx_bytes text, int64_t *place)
{
    stria_status st = sx_duration_parse(text, place, NULL);
    return st || *place > 0 ? st : STRIA_INVALID;
}

/* A duration, or a number of seconds. */
static stria_status put_seconds(struct sx_bytes text, int64_t *place)
{
    uint64_t seconds;
    stria_status st = sx_uint_parse(text, &seconds);
    if (st == STRIA_INVALID)
        return put_duration(text, place);
    if (st || seconds > INT64_MAX / SX_SECOND_NS)
        return STRIA_LIMIT;
    *place = (int64_t)seconds * SX_SECOND_NS;
    return seconds ? STRIA_OK : STRIA_INVALID;
}

/* What is wanted where `text` was given. */
static stria_status wrong(const struct sx_option *option, const char *text, stria_status st,
                          stria_error *err)
{
    static const char *const wanted[] = {
        [SX_OPTION_COUNT] = "a number",
        [SX_OPTION_SIZE] = "a size such as 512k, 64M or 2G",
        [SX_OPTION_DURATION] = "a duration such as 10s, 5m or 1h30m",
        [SX_OPTION_SECONDS] = "a number of seconds, or a duration such as 5m",
        [SX_OPTION_MOMENT] = "a time such as 2024-05-01T10:00:00Z, 2024-05-01 or now-1h",
    };
    if (st == STRIA_LIMIT)
        return sx_fail(err, STRIA_INVALID, "--%s: %s is out of range", option->name, text);
    if (option->type == SX_OPTION_CHOICE)
        return sx_fail(err, STRIA_INVALID, "--%s: not one of %s: %s", option->name, option->value,
                       text);
    return sx_fail(err, STRIA_INVALID, "--%s: not %s: %s", option->name, wanted[option->type],
                   text);
}

static stria_status put_value(const struct sx_option *option, const char *text, int64_t now_ns,
                              void *arguments, stria_error *err)
{
    void *place = (char *)arguments + option->offset;
    struct sx_bytes bytes = sx_bytes_of(text);
    struct sx_moment moment = {.given = true};
    stria_status st = STRIA_OK;
    switch (option->type) {
    case SX_OPTION_FLAG:
        *(bool *)place = true;
        break;
    case SX_OPTION_TEXT:
        *(const char **)place = text;
        break;
    case SX_OPTION_COUNT:
        st = sx_uint_parse(bytes, place);
        break;
    case SX_OPTION_SIZE:
        st = sx_size_parse(bytes, place);
        break;
    case SX_OPTION_DURATION:
        st = put_duration(bytes, place);
        break;
    case SX_OPTION_SECONDS:
        st = put_seconds(bytes, place);
        break;
    case SX_OPTION_MOMENT:
        st = sx_moment_parse(bytes, now_ns, &moment.ts_ns);
        memcpy(place, &moment, sizeof moment);
        break;
    case SX_OPTION_CHOICE:
        st = put_choice(option, bytes, place);
        break;
    }
    return st ? wrong(option, text, st, err) : STRIA_OK;
}

/* One flag at argv[*i]; moves *i to the last word that belongs to it. */
static stria_status take_flag(const struct sx_command *command, int argc, char **argv, int *i,
                              int64_t now_ns, void *arguments, stria_error *err)
{
    const char *word = argv[*i];
    if (word[1] != '-')
        return sx_fail(err, STRIA_INVALID, "unknown flag %s; flags begin with --", word);
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct sx_option *option = find(command, sx_bytes_make(name, len));
    if (!option)
        return unknown(command, name, err);
    if (option->type == SX_OPTION_FLAG && equals)
        return sx_fail(err, STRIA_INVALID, "--%s takes no value", option->name);
    if (option->type == SX_OPTION_FLAG || equals)
        return put_value(option, equals ? equals + 1 : NULL, now_ns, arguments, err);
    if (*i + 1 >= argc)
        return sx_fail(err, STRIA_INVALID, "--%s needs a value: %s", option->name, option->value);
    *i += 1;
    return put_value(option, argv[*i], now_ns, arguments, err);
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

stria_status sx_options_parse(const struct sx_command *command, int argc, char **argv,
                              int64_t now_ns, void *arguments, char **operands,
                              size_t *operand_count, bool *help, stria_error *err)
{
    size_t count = 0;
    bool flags_end = false;
    *operand_count = 0;
    *help = asks_for_help(argc, argv);
    if (*help)
        return STRIA_OK;
    for (int i = 0; i < argc; i++) {
        if (!flags_end && strcmp(argv[i], "--") == 0) {
            flags_end = true;
        } else if (!flags_end && argv[i][0] == '-' && argv[i][1]) {
            stria_status st = take_flag(command, argc, argv, &i, now_ns, arguments, err);
            if (st)
                return st;
        } else {
            operands[count++] = argv[i];
        }
    }
    if (count > command->operand_max)
        return sx_fail(err, STRIA_INVALID, "one word too many: %s", operands[command->operand_max]);
    if (count < command->operand_min)
        return sx_fail(err, STRIA_INVALID, "missing: %s", command->operands);
    *operand_count = count;
    return STRIA_OK;
}

static void put_option(const struct sx_option *option, size_t width, struct sx_buf *out)
{
    size_t begin = out->len;
    sx_buf_printf(out, "  --%s", option->name);
    if (option->value)
        sx_buf_printf(out, " %s", option->value);
    do
        sx_buf_put_u8(out, ' ');
    while (!out->failed && out->len - begin < width);
    sx_buf_printf(out, "%s\n", option->help);
}

void sx_options_help(const struct sx_command *command, struct sx_buf *out)
{
    size_t width = 0;
    sx_buf_printf(out, "usage: stria %s", command->name);
    if (command->option_count)
        sx_buf_put_text(out, " [FLAGS]");
    if (command->operands)
        sx_buf_printf(out, " %s", command->operands);
    sx_buf_printf(out, "\n\n%s.\n", command->summary);
    if (command->details)
        sx_buf_printf(out, "%s\n", command->details);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct sx_option *option = &command->options[i];
        size_t len = strlen(option->name) + (option->value ? strlen(option->value) + 1 : 0) + 6;
        width = SX_MAX(width, SX_MIN(len, 36));
    }
    if (command->option_count)
        sx_buf_put_text(out, "\nFlags:\n");
    for (size_t i = 0; i < command->option_count; i++)
        put_option(&command->options[i], width, out);
    sx_buf_printf(out, "\nExample:\n  %s\n", command->example);
}
