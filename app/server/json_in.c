/* SPDX-License-Identifier: Apache-2.0 */
/* json_in.c -- see json_in.h. */
#include "app/server/json_in.h"

#include "base/error.h"

#include <jansson.h>
#include <stdio.h>

#define PARSE_FRONT "error parsing query parameters: "
#define BODY_FRONT "cannot parse request body: "

void sx_query_params_init(struct sx_query_params *params, struct sx_mem *mem)
{
    *params = (struct sx_query_params){0};
    sx_arena_init(&params->arena, mem, 0);
}

void sx_query_params_deinit(struct sx_query_params *params)
{
    sx_arena_deinit(&params->arena);
    json_decref(params->root);
    params->root = NULL;
}

/* The end of the number that jansson could not take, as Go would tell of it. */
static stria_status number_error(struct sx_bytes json, const json_error_t *error, stria_error *err)
{
    size_t end = error->position > 0 ? (size_t)error->position : 0;
    end = SX_MIN(end, json.len);
    size_t begin = end;
    while (begin && memchr("+-.eE0123456789", json.ptr[begin - 1], 15))
        begin--;
    int size = (int)SX_MIN(end - begin, 100);
    const char *text = (const char *)json.ptr + begin;
    bool point = memchr(text, '.', (size_t)size) != NULL;
    bool exponent = memchr(text, 'e', (size_t)size) || memchr(text, 'E', (size_t)size);
    return sx_fail(err, STRIA_INVALID, "error parsing json value: strconv.%s: parsing \"%.*s\": %s",
                   point ? "ParseFloat" : "ParseInt", size, text,
                   exponent && !point ? "invalid syntax" : "value out of range");
}

/* A syntax error in Go's words, from what jansson expected and what it met. */
static stria_status syntax_error(const json_error_t *error, const char *front, const char *eof,
                                 stria_error *err)
{
    static const struct {
        const char *jansson, *go;
    } texts[] = {
        {"string or '}' expected", "looking for beginning of object key string"},
        {"string expected", "looking for beginning of object key string"},
        {"':' expected", "after object key"},
        {"'}' expected", "after object key:value pair"},
        {"']' expected", "after array element"},
        {"end of file expected", "after top-level value"},
        {"", "looking for beginning of value"},
    };
    const char *near = strstr(error->text, " near '");
    const char *expected = NULL;
    for (size_t i = 0; i < SX_COUNT_OF(texts) && !expected; i++) {
        if (strncmp(error->text, texts[i].jansson, strlen(texts[i].jansson)) == 0)
            expected = texts[i].go;
    }
    if (json_error_code(error) == json_error_premature_end_of_input || !near)
        return sx_fail(err, STRIA_INVALID, "%s%s", front, eof);
    return sx_fail(err, STRIA_INVALID, "%sinvalid character '%c' %s", front, near[7], expected);
}

static const char *go_type(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_TRUE:
    case JSON_FALSE:
        return "bool";
    case JSON_OBJECT:
        return "object";
    default:
        return "number";
    }
}

static stria_status parse(struct sx_bytes json, json_t **root, stria_error *err)
{
    json_error_t error;
    *root = json_loadb((const char *)json.ptr, json.len,
                       JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (*root && (json_typeof(*root) == JSON_OBJECT || json_typeof(*root) == JSON_NULL))
        return STRIA_OK; /* null: with Go a map without entries */
    if (*root)
        return sx_fail(err, STRIA_INVALID,
                       PARSE_FRONT "json: cannot unmarshal %s into Go value of type "
                                   "map[string]interface {}",
                       go_type(*root));
    switch (json_error_code(&error)) {
    case json_error_out_of_memory:
        return sx_fail(err, STRIA_NOMEM, "no memory for query parameters");
    case json_error_numeric_overflow:
        return number_error(json, &error, err);
    default:
        return syntax_error(&error, PARSE_FRONT, "unexpected EOF", err);
    }
}

/* Go reads a number as a float only if it has a point; 8e1 is then an integer that is none. The
 * text is valid JSON: the numbers that stand at the level of the object's values are looked at. */
static stria_status check_exponents(struct sx_bytes json, stria_error *err)
{
    size_t depth = 0, i = 0;
    bool in_string = false;
    while (i < json.len && json.ptr[i] != '{')
        i++;
    for (; i < json.len; i++) {
        uint8_t c = json.ptr[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
            continue;
        }
        in_string = c == '"';
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (!depth)
            break;
        if (depth != 1 || !((c >= '0' && c <= '9') || c == '-'))
            continue;
        size_t end = i;
        bool point = false, exponent = false;
        for (; end < json.len && memchr("+-.eE0123456789", json.ptr[end], 15); end++) {
            point = point || json.ptr[end] == '.';
            exponent = exponent || (json.ptr[end] | 0x20) == 'e';
        }
        if (exponent && !point)
            return sx_fail(err, STRIA_INVALID,
                           "error parsing json value: strconv.ParseInt: parsing \"%.*s\": "
                           "invalid syntax",
                           (int)SX_MIN(end - i, 100), (const char *)json.ptr + i);
        i = end - 1;
    }
    return STRIA_OK;
}

static stria_bytes string_of(const json_t *value)
{
    return (stria_bytes){.ptr = json_string_value(value), .len = json_string_length(value)};
}

static bool bind_string(const json_t *value, stria_param *param)
{
    param->type = STRIA_STRING;
    param->value.string = string_of(value);
    return json_is_string(value);
}

/* What cannot be bound is told only when a query uses it. */
static void set_reason(stria_param *param, const char *why)
{
    param->kind = STRIA_PARAM_VALUE;
    param->type = STRIA_NONE;
    param->value.string = (stria_bytes){.ptr = why, .len = strlen(why)};
}

static void bind_text(const json_t *value, const char *why, stria_param *param)
{
    if (!bind_string(value, param))
        set_reason(param, why);
}

static void bind_number(const json_t *value, stria_param *param)
{
    param->type = STRIA_FLOAT;
    param->value.f64 = json_number_value(value);
    if (!json_is_number(value))
        set_reason(param, "number literal must be a float value");
}

static void bind_integer(const json_t *value, const char *why, stria_param *param)
{
    param->type = STRIA_INT;
    param->value.i64 = json_integer_value(value);
    if (!json_is_integer(value))
        set_reason(param, why);
}

static bool is_one_of(const char *kind, const char *a, const char *b)
{
    return strcmp(kind, a) == 0 || strcmp(kind, b) == 0;
}

/* {"kind": value}; false: no memory. */
static bool bind_object(struct sx_arena *arena, json_t *object, stria_param *param)
{
    if (json_object_size(object) != 1) {
        set_reason(param, "bind object parameter value must have exactly one entry");
        return true;
    }
    void *at = json_object_iter(object);
    const char *kind = json_object_iter_key(at);
    const json_t *value = json_object_iter_value(at);
    if (is_one_of(kind, "ident", "identifier")) {
        param->kind = STRIA_PARAM_IDENTIFIER;
        bind_text(value, "identifier must be a string value", param);
    } else if (strcmp(kind, "regex") == 0) {
        param->kind = STRIA_PARAM_REGEX;
        bind_text(value, "regex literal must be a string value", param);
    } else if (strcmp(kind, "string") == 0) {
        bind_text(value, "string literal must be a string value", param);
    } else if (is_one_of(kind, "float", "number")) {
        bind_number(value, param);
    } else if (is_one_of(kind, "int", "integer")) {
        bind_integer(value, "integer literal must be an integer value", param);
    } else if (strcmp(kind, "duration") == 0) {
        param->kind = STRIA_PARAM_DURATION;
        if (!bind_string(value, param))
            bind_integer(value, "duration literal must be a string or integer value", param);
    } else {
        char why[200];
        (void)snprintf(why, sizeof why, "unknown bind object type: %s", kind);
        struct sx_bytes kept = sx_arena_dup(arena, sx_bytes_of(why));
        set_reason(param, kept.ptr ? (const char *)kept.ptr : "");
        return kept.ptr != NULL;
    }
    return true;
}

/* False: no memory. */
static bool bind(struct sx_arena *arena, json_t *value, stria_param *param)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return bind_object(arena, value, param);
    case JSON_STRING:
        (void)bind_string(value, param);
        break;
    case JSON_INTEGER:
        bind_integer(value, "", param);
        break;
    case JSON_REAL:
        bind_number(value, param);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        param->type = STRIA_BOOL;
        param->value.boolean = json_is_true(value);
        break;
    case JSON_ARRAY:
        set_reason(param, "unable to bind parameter with type []interface {}");
        break;
    case JSON_NULL:
        set_reason(param, "unable to bind parameter with type <nil>");
        break;
    }
    return true;
}

stria_status sx_query_params_read(struct sx_query_params *params, struct sx_bytes json,
                                  stria_error *err)
{
    if (json.len > SX_QUERY_PARAMS_SIZE_MAX)
        return sx_fail(err, STRIA_LIMIT, PARSE_FRONT "more than %zu bytes",
                       SX_QUERY_PARAMS_SIZE_MAX);
    json_t *root = NULL;
    stria_status st = parse(json, &root, err);
    params->root = root;
    if (!st && json_is_object(root))
        st = check_exponents(json, err);
    if (st)
        return st;
    size_t count = json_object_size(root);
    if (count > SX_QUERY_PARAMS_MAX)
        return sx_fail(err, STRIA_LIMIT, PARSE_FRONT "more than %d", SX_QUERY_PARAMS_MAX);
    params->items = sx_arena_array(&params->arena, count, sizeof *params->items);
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value)
    {
        stria_param *param = params->items ? &params->items[params->count++] : NULL;
        if (param)
            *param = (stria_param){.name = name};
        if (!param || !bind(&params->arena, value, param))
            return sx_mem_refused(params->arena.mem, sizeof *params->items, err);
    }
    return STRIA_OK;
}

/* ---- objects of texts ----------------------------------------------------------------------- */

static stria_status take_text(struct sx_arena *arena, const json_t *value, const char *type,
                              const char *name, struct sx_bytes *text, stria_error *err)
{
    if (!value || json_is_null(value))
        return STRIA_OK;
    if (!json_is_string(value))
        return sx_fail(err, STRIA_INVALID,
                       BODY_FRONT "json: cannot unmarshal %s into Go struct field %s.%s of type "
                                  "string",
                       go_type(value), type, name);
    stria_bytes found = string_of(value);
    *text = sx_arena_dup(arena, sx_bytes_make(found.ptr, found.len));
    return text->ptr ? STRIA_OK : sx_mem_refused(arena->mem, found.len, err);
}

stria_status sx_json_in_texts(struct sx_arena *arena, struct sx_bytes json, const char *type,
                              const char *const *names, size_t count, struct sx_bytes *texts,
                              stria_error *err)
{
    json_error_t error;
    stria_status st = STRIA_OK;
    memset(texts, 0, count * sizeof *texts);
    if (json.len > SX_QUERY_PARAMS_SIZE_MAX)
        return sx_fail(err, STRIA_LIMIT, BODY_FRONT "more than %zu bytes",
                       SX_QUERY_PARAMS_SIZE_MAX);
    const char *bytes = json.len ? (const char *)json.ptr : "";
    json_t *root = json_loadb(bytes, json.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!root && json_error_code(&error) == json_error_out_of_memory)
        return sx_fail(err, STRIA_NOMEM, "no memory for the request's body");
    if (!root)
        return syntax_error(&error, BODY_FRONT, "unexpected end of JSON input", err);
    if (!json_is_object(root) && !json_is_null(root))
        st = sx_fail(err, STRIA_INVALID,
                     BODY_FRONT "json: cannot unmarshal %s into Go value of type httpd.%s",
                     go_type(root), type);
    for (size_t i = 0; i < count && !st; i++)
        st = take_text(arena, json_object_get(root, names[i]), type, names[i], &texts[i], err);
    json_decref(root);
    return st;
}
