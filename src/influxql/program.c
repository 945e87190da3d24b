/* SPDX-License-Identifier: Apache-2.0 */
/* program.c -- see program.h: from an expression to instructions. */
#include "influxql/program.h"

#include "base/error.h"
#include "influxql/math_call.h"
#include "influxql/program_priv.h"

/* What the stack will hold, while the program is made. */
struct entry {
    stria_type type;
    struct sx_iql_register *in; /* NULL: in a column or constant */
};

struct making {
    struct sx_arena *arena;
    struct sx_iql_program *program;
    const struct sx_iql_symbols *symbols;
    struct entry *entries;
    size_t depth, capacity;
    struct sx_iql_register **idle;
    size_t idle_count, idle_capacity;
    stria_error *err;
};

stria_type sx_iql_vector_type(enum sx_iql_type type)
{
    switch (type) {
    case SX_IQL_TYPE_FLOAT:
        return STRIA_FLOAT;
    case SX_IQL_TYPE_INTEGER:
        return STRIA_INT;
    case SX_IQL_TYPE_UNSIGNED:
        return STRIA_UINT;
    case SX_IQL_TYPE_BOOLEAN:
        return STRIA_BOOL;
    case SX_IQL_TYPE_STRING:
    case SX_IQL_TYPE_TAG:
        return STRIA_STRING;
    default:
        return STRIA_NONE;
    }
}

static stria_status refused(struct making *m)
{
    return sx_mem_refused(m->program->mem, sizeof(struct sx_iql_instruction), m->err);
}

/* ---- registers ------------------------------------------------------------------------------ */

static struct sx_iql_register *new_register(struct making *m)
{
    struct sx_iql_program *p = m->program;
    if (!SX_GROW(p->mem, p->registers, p->register_capacity, p->register_count + 1))
        return NULL;
    struct sx_iql_register *r = sx_mem_alloc(p->mem, sizeof *r);
    if (!r)
        return NULL;
    r->values = sx_mem_zalloc(p->mem, SX_VECTOR_MAX * sizeof *r->values);
    p->registers[p->register_count++] = r;
    return r->values ? r : NULL;
}

static struct sx_iql_register *take_register(struct making *m)
{
    return m->idle_count ? m->idle[--m->idle_count] : new_register(m);
}

static bool give_register(struct making *m, struct sx_iql_register *r)
{
    if (!r)
        return true;
    if (!SX_GROW(m->program->mem, m->idle, m->idle_capacity, m->idle_count + 1))
        return false;
    m->idle[m->idle_count++] = r;
    return true;
}

/* ---- instructions --------------------------------------------------------------------------- */

/* Adds an instruction that takes `taken` entries and pushes one; the result goes to a register if
 * `computes`. */
static stria_status emit(struct making *m, struct sx_iql_instruction instruction, bool computes)
{
    struct sx_iql_program *p = m->program;
    struct sx_iql_register *to = NULL;
    if (computes && !(to = take_register(m)))
        return refused(m);
    instruction.to = to;
    for (uint32_t i = 0; i < instruction.taken; i++)
        if (!give_register(m, m->entries[--m->depth].in))
            return refused(m);
    if (!SX_GROW(p->mem, p->code, p->capacity, p->count + 1) ||
        !SX_GROW(p->mem, m->entries, m->capacity, m->depth + 1))
        return refused(m);
    p->code[p->count++] = instruction;
    m->entries[m->depth++] = (struct entry){.type = instruction.result, .in = to};
    p->stack_size = SX_MAX(p->stack_size, m->depth);
    return STRIA_OK;
}

static stria_status emit_nothing(struct making *m, uint32_t taken)
{
    return emit(m, (struct sx_iql_instruction){.op = SX_IQL_OP_NOTHING, .taken = taken}, false);
}

static stria_status emit_false(struct making *m, uint32_t taken)
{
    return emit(
        m, (struct sx_iql_instruction){.op = SX_IQL_OP_FALSE, .result = STRIA_BOOL, .taken = taken},
        true);
}

/* Changes the type of an entry. */
static stria_status cast(struct making *m, uint32_t depth, stria_type type)
{
    struct sx_iql_program *p = m->program;
    struct entry *entry = &m->entries[m->depth - 1 - depth];
    if (entry->type == type)
        return STRIA_OK;
    struct sx_iql_register *to = take_register(m);
    if (!to || !SX_GROW(p->mem, p->code, p->capacity, p->count + 1))
        return refused(m);
    p->code[p->count++] = (struct sx_iql_instruction){
        .op = SX_IQL_OP_CAST, .type = entry->type, .result = type, .depth = depth, .to = to};
    if (!give_register(m, entry->in))
        return refused(m);
    *entry = (struct entry){.type = type, .in = to};
    return STRIA_OK;
}

/* ---- constants ------------------------------------------------------------------------------ */

static stria_status push_constant(struct making *m, stria_type type, const void *value)
{
    struct sx_iql_program *p = m->program;
    size_t size = sx_type_size(type);
    uint8_t *values = NULL;
    if (SX_GROW(p->mem, p->constants, p->constant_capacity, p->constant_count + 1))
        values = sx_mem_alloc(p->mem, SX_VECTOR_MAX * size);
    if (!values)
        return refused(m);
    p->constants[p->constant_count++] = values;
    for (size_t i = 0; i < SX_VECTOR_MAX; i++)
        memcpy(values + i * size, value, size);
    struct sx_iql_instruction instruction = {
        .op = SX_IQL_OP_CONSTANT, .result = type, .constant = {.type = type, .values = values}};
    return emit(m, instruction, false);
}

static stria_status push_literal(struct making *m, const struct sx_iql_expr *expr)
{
    stria_bytes text;
    uint8_t boolean;
    switch (expr->kind) {
    case SX_IQL_EXPR_NUMBER:
        return push_constant(m, STRIA_FLOAT, &expr->u.number);
    case SX_IQL_EXPR_INTEGER:
        return push_constant(m, STRIA_INT, &expr->u.integer);
    case SX_IQL_EXPR_UNSIGNED:
        return push_constant(m, STRIA_UINT, &expr->u.unsigned_integer);
    case SX_IQL_EXPR_BOOLEAN:
        boolean = expr->u.boolean;
        return push_constant(m, STRIA_BOOL, &boolean);
    case SX_IQL_EXPR_STRING:
        text = (stria_bytes){.ptr = (const char *)expr->u.text.ptr, .len = expr->u.text.len};
        return push_constant(m, STRIA_STRING, &text);
    default: /* times, durations: nothing can be computed with them here */
        return emit_nothing(m, 0);
    }
}

/* ---- operators ------------------------------------------------------------------------------ */

static bool is_number(stria_type type)
{
    return type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT;
}

static bool is_bitwise(enum sx_iql_token op)
{
    return op == SX_IQL_BITWISE_AND || op == SX_IQL_BITWISE_OR || op == SX_IQL_BITWISE_XOR;
}

static bool is_logical(enum sx_iql_token op)
{
    return op == SX_IQL_AND || op == SX_IQL_OR;
}

static bool is_arithmetic(enum sx_iql_token op)
{
    return op == SX_IQL_ADD || op == SX_IQL_SUB || op == SX_IQL_MUL || op == SX_IQL_DIV ||
           op == SX_IQL_MOD;
}

static stria_status emit_binary(struct making *m, enum sx_iql_token op, stria_type type)
{
    struct sx_iql_instruction instruction = {
        .op = SX_IQL_OP_BINARY, .token = op, .type = type, .result = type, .taken = 2};
    if (sx_iql_is_comparison(op))
        instruction.result = STRIA_BOOL;
    else if (type == STRIA_INT && op == SX_IQL_DIV && !m->symbols->divides_whole)
        instruction.result = STRIA_FLOAT;
    return emit(m, instruction, true);
}

/* What the peer answers when the two sides do not go together. */
static stria_status emit_mismatch(struct making *m, enum sx_iql_token op)
{
    return sx_iql_is_comparison(op) ? emit_false(m, 2) : emit_nothing(m, 2);
}

static stria_status numbers(struct making *m, enum sx_iql_token op, stria_type left,
                            stria_type right)
{
    bool has_float = left == STRIA_FLOAT || right == STRIA_FLOAT;
    if (!sx_iql_is_comparison(op) && !is_arithmetic(op) && (has_float || !is_bitwise(op)))
        return emit_mismatch(m, op);
    if (left != right && !has_float && sx_iql_is_comparison(op)) {
        struct sx_iql_instruction instruction = {.op = SX_IQL_OP_MIXED,
                                                 .token = op,
                                                 .result = STRIA_BOOL,
                                                 .taken = 2,
                                                 .swapped = left == STRIA_UINT};
        return emit(m, instruction, true);
    }
    stria_type type = has_float ? STRIA_FLOAT : left == right ? left : STRIA_UINT;
    stria_status st = cast(m, 1, type);
    if (!st)
        st = cast(m, 0, type);
    return st ? st : emit_binary(m, op, type);
}

static stria_status booleans(struct making *m, enum sx_iql_token op)
{
    bool good = is_logical(op) || is_bitwise(op) || op == SX_IQL_EQ || op == SX_IQL_NEQ;
    if (!good)
        return emit_mismatch(m, op);
    stria_status st = cast(m, 1, STRIA_BOOL);
    if (!st)
        st = cast(m, 0, STRIA_BOOL);
    return st ? st : emit_binary(m, op, STRIA_BOOL);
}

/* `op` of the two entries on top. */
static stria_status binary(struct making *m, enum sx_iql_token op)
{
    stria_type left = m->entries[m->depth - 2].type, right = m->entries[m->depth - 1].type;
    if (is_number(left) && is_number(right))
        return numbers(m, op, left, right);
    if ((left == STRIA_BOOL && (right == STRIA_BOOL || right == STRIA_NONE)) ||
        (left == STRIA_NONE && right == STRIA_BOOL))
        return booleans(m, op);
    if (left == STRIA_STRING && right == STRIA_STRING && (op == SX_IQL_EQ || op == SX_IQL_NEQ))
        return emit_binary(m, op, STRIA_STRING);
    if (left == STRIA_BOOL && is_logical(op))
        return emit_false(m, 2);
    return emit_mismatch(m, op);
}

static stria_status regex(struct making *m, enum sx_iql_token op, const struct sx_iql_expr *right)
{
    if (right->kind != SX_IQL_EXPR_REGEX || m->entries[m->depth - 1].type != STRIA_STRING)
        return emit_nothing(m, 1);
    struct sx_iql_program *p = m->program;
    struct sx_regex *regex = NULL;
    if (!p->scratch && !(p->scratch = sx_regex_scratch_create(p->mem)))
        return refused(m);
    stria_status st = sx_regex_create(p->mem, right->u.text, &regex, m->err);
    if (st)
        return st;
    struct sx_iql_instruction instruction = {.op = SX_IQL_OP_REGEX,
                                             .token = op,
                                             .type = STRIA_STRING,
                                             .result = STRIA_BOOL,
                                             .taken = 1,
                                             .regex = regex};
    size_t before = p->count;
    st = emit(m, instruction, true);
    if (p->count == before)
        sx_regex_destroy(regex);
    return st;
}

/* ---- expressions ---------------------------------------------------------------------------- */

static stria_status make(struct making *m, const struct sx_iql_expr *expr);

static stria_status make_binary(struct making *m, const struct sx_iql_expr *expr)
{
    const struct sx_iql_expr **spine = sx_iql_spine(m->arena, expr);
    if (!spine)
        return refused(m);
    stria_status st = make(m, spine[0]->u.binary.left);
    for (size_t i = 0; i < expr->u.binary.spine && !st; i++) {
        enum sx_iql_token op = spine[i]->u.binary.op;
        const struct sx_iql_expr *right = spine[i]->u.binary.right;
        if (op == SX_IQL_EQ_REGEX || op == SX_IQL_NEQ_REGEX) {
            st = regex(m, op, right);
            continue;
        }
        st = make(m, right);
        if (!st)
            st = binary(m, op);
    }
    return st;
}

/* The type of a function's result, found out by calling it; NONE: it gives nothing. */
static stria_type math_type(struct sx_bytes name, const stria_type *types, size_t count)
{
    struct sx_iql_expr samples[2] = {0}, out;
    const struct sx_iql_expr *args[2] = {&samples[0], &samples[1]};
    for (size_t i = 0; i < count; i++)
        samples[i].kind = types[i] == STRIA_FLOAT  ? SX_IQL_EXPR_NUMBER
                          : types[i] == STRIA_INT  ? SX_IQL_EXPR_INTEGER
                          : types[i] == STRIA_UINT ? SX_IQL_EXPR_UNSIGNED
                                                   : SX_IQL_EXPR_NIL;
    if (!sx_iql_math_call(name, args, count, &out))
        return STRIA_NONE;
    return out.kind == SX_IQL_EXPR_NUMBER    ? STRIA_FLOAT
           : out.kind == SX_IQL_EXPR_INTEGER ? STRIA_INT
                                             : STRIA_NONE;
}

static stria_status make_call(struct making *m, const struct sx_iql_expr *expr)
{
    stria_type types[2];
    size_t count = expr->u.call.arg_count;
    stria_status st = STRIA_OK;
    if (count != sx_iql_math_arity(expr->u.call.name) || count > SX_COUNT_OF(types))
        return emit_nothing(m, 0);
    for (size_t i = 0; i < count && !st; i++)
        st = make(m, expr->u.call.args[i]);
    if (st)
        return st;
    for (size_t i = 0; i < count; i++)
        types[i] = m->entries[m->depth - count + i].type;
    stria_type type = math_type(expr->u.call.name, types, count);
    if (type == STRIA_NONE)
        return emit_nothing(m, (uint32_t)count);
    struct sx_iql_instruction instruction = {
        .op = SX_IQL_OP_MATH, .result = type, .taken = (uint32_t)count, .name = expr->u.call.name};
    return emit(m, instruction, true);
}

static stria_status make(struct making *m, const struct sx_iql_expr *expr)
{
    stria_type type;
    int number;
    switch (expr->kind) {
    case SX_IQL_EXPR_PAREN:
        return make(m, expr->u.inner);
    case SX_IQL_EXPR_BINARY:
        return make_binary(m, expr);
    case SX_IQL_EXPR_VAR:
    case SX_IQL_EXPR_CALL:
        number = m->symbols->find(m->symbols->user, expr, &type);
        if (number < 0)
            return expr->kind == SX_IQL_EXPR_CALL ? make_call(m, expr) : emit_nothing(m, 0);
        if (type == STRIA_NONE)
            return emit_nothing(m, 0);
        return emit(m,
                    (struct sx_iql_instruction){
                        .op = SX_IQL_OP_COLUMN, .result = type, .number = (uint32_t)number},
                    false);
    default:
        return push_literal(m, expr);
    }
}

stria_status sx_iql_program_create(struct sx_arena *arena, struct sx_mem *mem,
                                   const struct sx_iql_expr *expr,
                                   const struct sx_iql_symbols *symbols,
                                   struct sx_iql_program **out, stria_error *err)
{
    *out = NULL;
    struct sx_iql_program *p = sx_mem_zalloc(mem, sizeof *p);
    if (!p)
        return sx_mem_refused(mem, sizeof *p, err);
    p->mem = mem;
    struct making m = {.arena = arena, .program = p, .symbols = symbols, .err = err};
    stria_status st = make(&m, expr);
    if (!st) {
        p->type = m.entries[0].type;
        p->stack = sx_mem_zalloc(mem, (p->stack_size + 1) * sizeof *p->stack);
        if (!p->stack)
            st = refused(&m);
    }
    sx_mem_free(mem, m.entries);
    sx_mem_free(mem, m.idle);
    if (st) {
        sx_iql_program_destroy(p);
        return st;
    }
    *out = p;
    return STRIA_OK;
}

void sx_iql_program_destroy(struct sx_iql_program *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        sx_regex_destroy(p->code[i].regex);
    for (size_t i = 0; i < p->register_count; i++) {
        sx_mem_free(p->mem, p->registers[i]->values);
        sx_mem_free(p->mem, p->registers[i]);
    }
    for (size_t i = 0; i < p->constant_count; i++)
        sx_mem_free(p->mem, p->constants[i]);
    sx_mem_free(p->mem, p->registers);
    sx_mem_free(p->mem, p->constants);
    sx_mem_free(p->mem, p->code);
    sx_mem_free(p->mem, p->stack);
    sx_regex_scratch_destroy(p->scratch);
    sx_mem_free(p->mem, p);
}

stria_type sx_iql_program_type(const struct sx_iql_program *p)
{
    return p->type;
}
