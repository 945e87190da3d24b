/* SPDX-License-Identifier: Apache-2.0 */
/* shell_words.c -- the words of the shell: those of `influx`, and short ones with a backslash.
 *
 * Format      WORD ARGUMENTS, the word in any case; see the table at the end of the file. */
#include "app/cli/shell.h"

#include "app/cli/stop.h"
#include "base/int_text.h"

#define BUSY_WAIT_NS 5000000
#define RETRY_MS 30000

/* ---- texts ---- */

struct sx_bytes sx_shell_trimmed(struct sx_bytes text)
{
    while (text.len && text.ptr[0] <= ' ')
        text = sx_bytes_make(text.ptr + 1, text.len - 1);
    while (text.len && text.ptr[text.len - 1] <= ' ')
        text.len--;
    return text;
}

/* Takes a word off the front, up to white space. */
static struct sx_bytes take_word(struct sx_bytes *text)
{
    size_t len = 0;
    struct sx_bytes word = {0};
    *text = sx_shell_trimmed(*text);
    while (len < text->len && text->ptr[len] > ' ')
        len++;
    (void)sx_bytes_take(text, len, &word);
    *text = sx_shell_trimmed(*text);
    return word;
}

static bool is_word(struct sx_bytes text, const char *word)
{
    if (text.len != strlen(word))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] | 0x20 : text.ptr[i]) !=
            (uint8_t)word[i])
            return false;
    return true;
}

/* A text as a NUL-terminated word of an array. */
#define WORD_SIZE SX_SHELL_NAME_MAX
static void copy_word(char *to, struct sx_bytes text)
{
    size_t len = SX_MIN(text.len, WORD_SIZE - 1);
    if (len)
        memcpy(to, text.ptr, len);
    to[len] = 0;
}

/* Takes a name, plain or in double quotes, off the front. False: a quote is open, or none is
 * there. */
static bool take_name(struct sx_bytes *text, struct sx_buf *name)
{
    struct sx_bytes passed;
    bool quoted = text->len && text->ptr[0] == '"';
    size_t i = quoted;
    for (; i < text->len; i++) {
        uint8_t byte = text->ptr[i];
        if (quoted ? byte == '"' : byte == '.' || byte <= ' ')
            break;
        if (quoted && byte == '\\' && i + 1 < text->len)
            byte = text->ptr[++i];
        sx_buf_put_u8(name, byte);
    }
    if (quoted && i == text->len)
        return false;
    (void)sx_bytes_take(text, i + quoted, &passed);
    return name->len && !name->failed;
}

/* ---- use, clear ---- */

/* Whether an answer has `name` in its first column; also when it cannot be read: then something
 * else is wrong, and is told by what follows. */
static bool answer_has(struct sx_asked *asked, struct sx_bytes name)
{
    struct sx_row_source *rows = &asked->rows;
    const stria_statement *statement;
    const stria_table *table;
    const stria_batch *batch;
    stria_status st = rows->next_statement(rows->context, &statement, NULL);
    while (!st && statement && !(st = rows->next_series(rows->context, &table, NULL)) && table)
        while (!(st = rows->next_batch(rows->context, &batch, NULL)) && batch)
            for (size_t row = 0; row < batch->row_count; row++) {
                const stria_bytes *cells = batch->columns[0].values;
                if (batch->columns[0].type == STRIA_STRING &&
                    sx_bytes_equal(sx_bytes_make(cells[row].ptr, cells[row].len), name))
                    return true;
            }
    return st != STRIA_OK;
}

static bool exists(struct sx_shell *shell, const char *query, struct sx_bytes of,
                   struct sx_bytes name)
{
    struct sx_buf text;
    struct sx_asked asked;
    bool found = true; /* unless an answer says otherwise */
    stria_error err;
    if (!shell->source.db && !shell->source.client)
        return true;
    sx_buf_init(&text, &shell->cli->mem, 65536);
    sx_buf_put_text(&text, query);
    if (of.len)
        sx_put_quoted_name(&text, of);
    if (!sx_source_ask(&shell->source, &(struct sx_question){.text = sx_buf_bytes(&text)}, &asked,
                       &err)) {
        found = answer_has(&asked, name);
        sx_asked_end(&asked);
    }
    sx_buf_deinit(&text);
    return found;
}

static void choose(struct sx_shell *shell, struct sx_bytes database, struct sx_bytes policy)
{
    if (!exists(shell, "SHOW DATABASES", (struct sx_bytes){0}, database)) {
        sx_shell_fail(shell,
                      "Database %.*s doesn't exist. Run SHOW DATABASES for a list of existing "
                      "databases.",
                      (int)database.len, (const char *)database.ptr);
        return;
    }
    if (policy.len && !exists(shell, "SHOW RETENTION POLICIES ON ", database, policy)) {
        sx_shell_fail(shell,
                      "RETENTION POLICY %.*s doesn't exist. Run SHOW RETENTION POLICIES ON %.*s "
                      "for a list of existing retention polices.",
                      (int)policy.len, (const char *)policy.ptr, (int)database.len,
                      (const char *)database.ptr);
        return;
    }
    sx_shell_set(&shell->database, database);
    sx_shell_set(&shell->policy, policy);
    sx_shell_say(shell, "Using database %s", sx_shell_text(&shell->database));
    if (policy.len)
        sx_shell_say(shell, "Using retention policy %s", sx_shell_text(&shell->policy));
}

static void word_use(struct sx_shell *shell, struct sx_bytes rest)
{
    struct sx_buf database, policy;
    struct sx_bytes mark;
    sx_buf_init(&database, &shell->cli->mem, SX_SHELL_NAME_MAX);
    sx_buf_init(&policy, &shell->cli->mem, SX_SHELL_NAME_MAX);
    bool good = take_name(&rest, &database);
    if (good && rest.len && rest.ptr[0] == '.') {
        (void)sx_bytes_take(&rest, 1, &mark);
        good = take_name(&rest, &policy);
    }
    if (good && !sx_shell_trimmed(rest).len)
        choose(shell, sx_buf_bytes(&database), sx_buf_bytes(&policy));
    else
        sx_shell_fail(shell, "use: say `use NAME`, or `use \"NAME\".\"POLICY\"`");
    sx_buf_deinit(&database);
    sx_buf_deinit(&policy);
}

static void word_clear(struct sx_shell *shell, struct sx_bytes rest)
{
    bool policy = is_word(rest, "rp") || is_word(rest, "retention policy");
    if (is_word(rest, "db") || is_word(rest, "database") || !rest.len) {
        sx_buf_clear(&shell->database);
        sx_buf_clear(&shell->policy);
        sx_shell_say(shell, "database context cleared");
    } else if (policy) {
        sx_buf_clear(&shell->policy);
        sx_shell_say(shell, "retention policy context cleared");
    } else {
        sx_shell_fail(shell, "clear: say `clear db` or `clear rp`");
    }
}

/* ---- insert ---- */

static stria_precision write_precision(const struct sx_shell *shell)
{
    static const stria_precision precisions[] = {
        [SX_RENDER_RFC3339] = STRIA_PRECISION_NS, [SX_RENDER_NS] = STRIA_PRECISION_NS,
        [SX_RENDER_US] = STRIA_PRECISION_US,      [SX_RENDER_MS] = STRIA_PRECISION_MS,
        [SX_RENDER_S] = STRIA_PRECISION_S,        [SX_RENDER_M] = STRIA_PRECISION_M,
        [SX_RENDER_H] = STRIA_PRECISION_H,
    };
    return precisions[shell->time];
}

static stria_status insert_into_store(struct sx_shell *shell, struct sx_bytes line,
                                      const char *policy, stria_error *err)
{
    stria_status st;
    do
        st = stria_ingest(shell->source.db, line.ptr, line.len,
                          STRIA_INGEST_OPTIONS(.database = sx_shell_text(&shell->database),
                                               .policy = policy,
                                               .precision = write_precision(shell)),
                          NULL, err);
    while (st == STRIA_BUSY && sx_stop_sleep_ns(BUSY_WAIT_NS));
    return st;
}

static stria_status insert_into_server(struct sx_shell *shell, struct sx_bytes line,
                                       const char *policy, stria_error *err)
{
    static const char *const names[] = {"ns", "us", "ms", "s", "m", "h"};
    const struct sx_client_write write = {.text = line,
                                          .database = sx_shell_text(&shell->database),
                                          .policy = policy,
                                          .precision = names[write_precision(shell)],
                                          .retry_ms = RETRY_MS};
    return sx_client_write(shell->source.client, &write, err);
}

static void word_insert(struct sx_shell *shell, struct sx_bytes rest)
{
    char policy[WORD_SIZE];
    struct sx_bytes after = rest;
    stria_error err = {0};
    copy_word(policy, sx_bytes_of(sx_shell_text(&shell->policy)));
    if (is_word(take_word(&after), "into")) {
        struct sx_buf name;
        sx_buf_init_fixed(&name, policy, sizeof policy - 1);
        if (!take_name(&after, &name)) {
            sx_shell_fail(shell, "insert: say `insert into POLICY LINE`");
            return;
        }
        policy[name.len] = 0;
        rest = sx_shell_trimmed(after);
    }
    if (!rest.len) {
        sx_shell_fail(shell, "insert: a line of line protocol is missing: "
                             "insert cpu,host=a usage=0.5");
        return;
    }
    if (!shell->database.len) {
        sx_shell_fail(shell, "no database was chosen: `use NAME` does");
        return;
    }
    if (!shell->source.db && !shell->source.client)
        sx_shell_fail(shell, "nothing is open");
    else if (shell->source.db ? insert_into_store(shell, rest, policy, &err)
                              : insert_into_server(shell, rest, policy, &err))
        sx_shell_fail(shell, "%s", err.text);
}

/* ---- how answers look ---- */

static void word_precision(struct sx_shell *shell, struct sx_bytes rest)
{
    static const struct {
        const char *name;
        enum sx_render_time time;
    } times[] = {{"rfc3339", SX_RENDER_RFC3339},
                 {"h", SX_RENDER_H},
                 {"m", SX_RENDER_M},
                 {"s", SX_RENDER_S},
                 {"ms", SX_RENDER_MS},
                 {"u", SX_RENDER_US},
                 {"us", SX_RENDER_US},
                 {"ns", SX_RENDER_NS},
                 {"", SX_RENDER_NS}};
    for (size_t i = 0; i < SX_COUNT_OF(times); i++)
        if (is_word(rest, times[i].name)) {
            shell->time = times[i].time;
            return;
        }
    sx_shell_fail(shell, "Unknown precision %.*s, precision must be rfc3339, h, m, s, ms, u or ns.",
                  (int)rest.len, (const char *)rest.ptr);
}

static const struct {
    const char *name;
    enum sx_render_format format;
} formats[] = {{"column", SX_RENDER_TABLE},
               {"table", SX_RENDER_TABLE},
               {"csv", SX_RENDER_CSV},
               {"json", SX_RENDER_JSON},
               {"jsonl", SX_RENDER_JSONL}};

static void word_format(struct sx_shell *shell, struct sx_bytes rest)
{
    for (size_t i = 0; i < SX_COUNT_OF(formats); i++)
        if (is_word(rest, formats[i].name)) {
            shell->format = formats[i].format;
            return;
        }
    sx_shell_fail(shell, "Unknown format %.*s. Please use json, csv, column or jsonl.",
                  (int)rest.len, rest.len ? (const char *)rest.ptr : "");
}

/* on, off, or nothing: the other way round. */
static void set_switch(struct sx_shell *shell, struct sx_bytes rest, bool *value, const char *name)
{
    if (is_word(rest, "on") || is_word(rest, "off"))
        *value = is_word(rest, "on");
    else if (!rest.len)
        *value = !*value;
    else
        sx_shell_fail(shell, "%s: say on or off", name);
    if (!shell->line)
        return;
    sx_shell_say(shell, "%s %s", name, *value ? "on" : "off");
}

static void word_pretty(struct sx_shell *shell, struct sx_bytes rest)
{
    set_switch(shell, rest, &shell->pretty, "pretty");
}

static void word_chunked(struct sx_shell *shell, struct sx_bytes rest)
{
    set_switch(shell, rest, &shell->chunked, "chunked");
}

static void word_timing(struct sx_shell *shell, struct sx_bytes rest)
{
    set_switch(shell, rest, &shell->timing, "timing");
}

static void word_chunk(struct sx_shell *shell, struct sx_bytes rest)
{
    uint64_t count;
    if (!is_word(take_word(&rest), "size") || sx_uint_parse(rest, &count)) {
        sx_shell_fail(shell, "chunk: say `chunk size ROWS`");
        return;
    }
    shell->chunk_row_count = count ? count : 10000;
}

static void word_settings(struct sx_shell *shell, struct sx_bytes rest)
{
    static const char *const times[] = {"rfc3339", "ns", "us", "ms", "s", "m", "h"};
    struct sx_out *out = &shell->cli->out;
    const char *format = "";
    (void)rest;
    for (size_t i = SX_COUNT_OF(formats); i-- > 0;)
        if (formats[i].format == shell->format)
            format = formats[i].name;
    sx_out_printf(out, "%-18s%s\n", "Connected to", sx_shell_text(&shell->where));
    sx_out_printf(out, "%-18s%s\n", "Database", sx_shell_text(&shell->database));
    sx_out_printf(out, "%-18s%s\n", "RetentionPolicy", sx_shell_text(&shell->policy));
    sx_out_printf(out, "%-18s%s\n", "Format", format);
    sx_out_printf(out, "%-18s%s\n", "Precision", times[shell->time]);
    sx_out_printf(out, "%-18s%s\n", "Pretty", shell->pretty ? "true" : "false");
    sx_out_printf(out, "%-18s%s\n", "Chunked", shell->chunked ? "true" : "false");
    sx_out_printf(out, "%-18s%llu\n", "Chunk Size", (unsigned long long)shell->chunk_row_count);
    sx_out_printf(out, "%-18s%s\n", "Timing", shell->timing ? "true" : "false");
    (void)sx_out_flush(out, NULL);
}

/* ---- the rest ---- */

static void put_history_line(void *context, const char *text)
{
    sx_out_printf(context, "%s\n", text);
}

static void word_history(struct sx_shell *shell, struct sx_bytes rest)
{
    (void)rest;
    if (shell->line)
        sx_line_history(shell->line, put_history_line, &shell->cli->out);
    (void)sx_out_flush(&shell->cli->out, NULL);
}

static void word_connect(struct sx_shell *shell, struct sx_bytes rest)
{
    char where[WORD_SIZE];
    stria_error err = {0};
    copy_word(where, rest.len ? rest : SX_LITERAL("localhost"));
    if (sx_shell_open(shell, where, &err))
        sx_shell_fail(shell, "%s", err.text);
}

static void word_quit(struct sx_shell *shell, struct sx_bytes rest)
{
    (void)rest;
    shell->quit = true;
}

static void word_file(struct sx_shell *shell, struct sx_bytes rest)
{
    char path[WORD_SIZE];
    copy_word(path, rest);
    sx_shell_run_file(shell, path);
}

static void word_list(struct sx_shell *shell, struct sx_bytes rest)
{
    (void)rest;
    sx_shell_query(shell, SX_LITERAL("SHOW DATABASES"));
}

/* \d: measurements; \d NAME: the tags and fields of one. */
static void word_describe(struct sx_shell *shell, struct sx_bytes rest)
{
    struct sx_buf text;
    if (!rest.len) {
        sx_shell_query(shell, SX_LITERAL("SHOW MEASUREMENTS"));
        return;
    }
    sx_buf_init(&text, &shell->cli->mem, 65536);
    sx_buf_put_text(&text, "SHOW TAG KEYS FROM ");
    sx_put_quoted_name(&text, rest);
    sx_buf_put_text(&text, "; SHOW FIELD KEYS FROM ");
    sx_put_quoted_name(&text, rest);
    sx_shell_query(shell, sx_buf_bytes(&text));
    sx_buf_deinit(&text);
}

static void word_help(struct sx_shell *shell, struct sx_bytes rest);

static const struct word {
    const char *name, *same; /* the second: with a backslash, or NULL */
    const char *arguments;
    const char *help;
    void (*run)(struct sx_shell *shell, struct sx_bytes rest);
} words[] = {
    {"use", "\\use", "NAME[.POLICY]", "chooses the database", word_use},
    {"insert", NULL, "[into POLICY] LINE", "stores a line of line protocol", word_insert},
    {"format", "\\format", "column|csv|json|jsonl", "how answers look", word_format},
    {"precision", "\\precision", "rfc3339|h|m|s|ms|u|ns", "how times look, and those of insert",
     word_precision},
    {"pretty", "\\pretty", "[on|off]", "indented JSON", word_pretty},
    {"chunked", "\\chunked", "[on|off]", "JSON in a document per chunk", word_chunked},
    {"chunk", NULL, "size ROWS", "rows of a chunk", word_chunk},
    {"timing", "\\timing", "[on|off]", "how long each answer took", word_timing},
    {"settings", "\\s", "", "what is set", word_settings},
    {"clear", NULL, "db|rp", "forgets the chosen database or policy", word_clear},
    {"connect", "\\connect", "DIR|URL", "opens another store or server", word_connect},
    {"history", "\\history", "", "what was typed", word_history},
    {"\\l", NULL, "", "the databases", word_list},
    {"\\d", NULL, "[NAME]", "the measurements; the tags and fields of one", word_describe},
    {"\\i", NULL, "FILE", "carries out the lines of a file", word_file},
    {"help", "\\?", "", "this list", word_help},
    {"exit", "\\q", "", "ends the shell; also quit", word_quit},
    {"quit", NULL, NULL, NULL, word_quit},
};

static void word_help(struct sx_shell *shell, struct sx_bytes rest)
{
    struct sx_out *out = &shell->cli->out;
    (void)rest;
    for (size_t i = 0; i < SX_COUNT_OF(words); i++) {
        char usage[64];
        if (!words[i].help)
            continue;
        (void)snprintf(usage, sizeof usage, "%s %s", words[i].name, words[i].arguments);
        sx_out_printf(out, "%-32s%-12s%s\n", usage, words[i].same ? words[i].same : "",
                      words[i].help);
    }
    sx_out_put_text(out,
                    "Anything else is InfluxQL. A statement goes on in the next line while a "
                    "quote or\nparenthesis is open, or behind a backslash; Ctrl-C gives it up, "
                    "or ends it.\n");
    (void)sx_out_flush(out, NULL);
}

/* These words also begin lines of InfluxQL or line protocol if more follows than they take. */
static bool takes_no_more(const struct word *word, struct sx_bytes rest)
{
    return rest.len && word->arguments && !*word->arguments && word->name[0] != '\\';
}

bool sx_shell_word(struct sx_shell *shell, struct sx_bytes line)
{
    struct sx_bytes rest = line, name = take_word(&rest);
    bool backslash = name.len && name.ptr[0] == '\\';
    bool inserts = is_word(name, "insert");
    while (!inserts && rest.len && rest.ptr[rest.len - 1] == ';')
        rest.len--;
    while (!inserts && name.len && name.ptr[name.len - 1] == ';')
        name.len--;
    for (size_t i = 0; i < SX_COUNT_OF(words); i++) {
        const struct word *word = &words[i];
        bool same = is_word(name, word->name) || (word->same && is_word(name, word->same));
        if (!same || takes_no_more(word, rest))
            continue;
        word->run(shell, sx_shell_trimmed(rest));
        return true;
    }
    if (backslash)
        sx_shell_fail(shell, "unknown word %.*s; \\? lists the words", (int)name.len,
                      (const char *)name.ptr);
    return backslash;
}
