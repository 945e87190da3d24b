/* SPDX-License-Identifier: Apache-2.0 */
/* mem.h -- every allocation of the library, counted against a tree of budgets.
 *
 * Why         The store must stay inside the memory it was given: so all allocations go through one
 *             accountant, which refuses instead of letting the machine run out. A node of the tree
 *             is a class (memtable, query, ...) or one user of a class (this query); an allocation
 *             is charged to its node and to every node above it, refused if any is at its limit.
 * Use         struct sx_mem query; sx_mem_init(&query, &store->query_mem, "query", 64 << 20);
 *             void *p = sx_mem_alloc(&query, 100); ... sx_mem_free(&query, p);
 *             sx_mem_deinit(&query);
 * Invariants  size(parent) = sum of the children's sizes + its own allocations. A node is
 *             deinitialised empty (asserted): so leaks show in every test.
 * Limits      What malloc itself adds (8 bytes or so a block) is charged as malloc_usable_size
 *             tells.
 * Threads     Charging is atomic; any thread may allocate from any node. init, deinit: no. */
#ifndef SX_BASE_MEM_H
#define SX_BASE_MEM_H

#include "base/attr.h"
#include "stria.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes the nth allocation fail, for tests: set on the root node. */
struct sx_mem_fault {
    _Atomic int64_t countdown; /* fails when it reaches 0; negative: never */
    bool for_ever;             /* and every later one */
    atomic_bool fired;
};

struct sx_mem {
    struct sx_mem *parent;   /* NULL: the root; immutable */
    const char *name;        /* for texts and figures; static; immutable */
    _Atomic size_t size;     /* bytes charged now, reservations among them */
    _Atomic size_t size_max; /* highest ever */
    _Atomic size_t limit;    /* 0: none but the parents' */
    /* Which node refused last what was asked of this one; NULL: none, it was the system. */
    struct sx_mem *_Atomic refused_by;
    struct sx_mem_fault *fault; /* root only; NULL outside tests */
};

/* `limit` in bytes, 0 for none. */
void sx_mem_init(struct sx_mem *mem, struct sx_mem *parent, const char *name, size_t limit);
/* Asserts that nothing is charged any more. */
void sx_mem_deinit(struct sx_mem *mem);

/* Memory as from malloc / calloc, or NULL when a limit (or the machine) refuses it. size > 0. */
SX_MUST_CHECK void *sx_mem_alloc(struct sx_mem *mem, size_t size);
SX_MUST_CHECK void *sx_mem_zalloc(struct sx_mem *mem, size_t size);
/* Aligned to `align` (a power of two, at least sizeof(void *)). */
SX_MUST_CHECK void *sx_mem_aligned(struct sx_mem *mem, size_t align, size_t size);
/* As realloc; NULL leaves the old block as it was. ptr may be NULL. */
SX_MUST_CHECK void *sx_mem_resize(struct sx_mem *mem, void *ptr, size_t size);
/* ptr must come from the same node; NULL is allowed. */
void sx_mem_free(struct sx_mem *mem, void *ptr);

/* Charges a block of `from` to `to` from now on: then it is freed with `to`. False: refused. */
SX_MUST_CHECK bool sx_mem_move(struct sx_mem *from, struct sx_mem *to, void *ptr);

/* Grows *array (of items of item_size bytes) so that it holds at least `need` items: doubles
 * *capacity. False: refused, nothing changed. The array begins as NULL with capacity 0. */
SX_MUST_CHECK bool sx_mem_grow(struct sx_mem *mem, void **array, size_t *capacity, size_t need,
                               size_t item_size);
/* Typed front of sx_mem_grow: SX_GROW(mem, items, item_capacity, need). */
#define SX_GROW(mem, array, capacity, need)                                                        \
    sx_mem_grow((mem), (void **)&(array), &(capacity), (need), sizeof *(array))

/* Charges bytes that are not allocated here (a foreign library's, or memory promised ahead).
 * False: refused. */
SX_MUST_CHECK bool sx_mem_reserve(struct sx_mem *mem, size_t size);
void sx_mem_release(struct sx_mem *mem, size_t size);

/* Memory that is handed to the host and outlives every budget (a report's texts): the caller bounds
 * it. NULL: the machine has none. */
SX_MUST_CHECK void *sx_mem_host_alloc(size_t size);
void sx_mem_host_free(void *ptr);

/* Writes what sx_mem_refused() tells. */
void sx_mem_tell_refused(const struct sx_mem *mem, size_t size, stria_error *err);

/* NOMEM, with the name of the node that refuses, its figures and the bytes asked for; also when
 * others have given memory back meanwhile. (Inline, so that compilers and analysers see that it is
 * never OK.) */
static inline stria_status sx_mem_refused(const struct sx_mem *mem, size_t size, stria_error *err)
{
    sx_mem_tell_refused(mem, size, err);
    return STRIA_NOMEM;
}

/* What may still be asked of the node; SIZE_MAX: neither it nor one above it has a limit. */
size_t sx_mem_left(const struct sx_mem *mem);

/* Whether what is only kept for later should go: more than half of the node's own limit is used, or
 * seven eighths of one above it, which are shared and meant to be used. */
bool sx_mem_is_tight(const struct sx_mem *mem);

static inline size_t sx_mem_size(const struct sx_mem *mem)
{
    return atomic_load_explicit(&mem->size, memory_order_relaxed);
}

#endif
