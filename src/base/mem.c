/* SPDX-License-Identifier: Apache-2.0 */
/* mem.c -- see mem.h. The only file of the library that calls malloc and its kin. */
#include "base/mem.h"

#include "base/error.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void sx_mem_init(struct sx_mem *mem, struct sx_mem *parent, const char *name, size_t limit)
{
    memset(mem, 0, sizeof *mem);
    mem->parent = parent;
    mem->name = name;
    atomic_init(&mem->size, 0);
    atomic_init(&mem->size_max, 0);
    atomic_init(&mem->limit, limit);
    atomic_init(&mem->refused_by, NULL);
}

void sx_mem_deinit(struct sx_mem *mem)
{
    assert(atomic_load(&mem->size) == 0);
    mem->parent = NULL;
}

/* What a block takes: what malloc gave, and the word before it in which malloc keeps its size. */
static size_t block_size(void *ptr)
{
    return malloc_usable_size(ptr) + sizeof(size_t);
}

static void uncharge(struct sx_mem *from, const struct sx_mem *until, size_t size)
{
    for (struct sx_mem *m = from; m != until; m = m->parent) {
        size_t before = atomic_fetch_sub_explicit(&m->size, size, memory_order_relaxed);
        assert(before >= size);
        (void)before;
    }
}

static void note_size(struct sx_mem *mem, size_t now)
{
    size_t max = atomic_load_explicit(&mem->size_max, memory_order_relaxed);
    while (now > max &&
           !atomic_compare_exchange_weak_explicit(&mem->size_max, &max, now, memory_order_relaxed,
                                                  memory_order_relaxed)) {
    }
}

/* Charges `mem` and the nodes above it, below `until` (NULL: all). Relaxed order suffices: the
 * counters guard a sum, not other data. Two threads at a limit may both be refused although one
 * would fit; neither ever passes it. */
static bool charge_until(struct sx_mem *mem, const struct sx_mem *until, size_t size)
{
    if (size > SIZE_MAX / 2) /* the sums must not wrap around */
        return false;
    for (struct sx_mem *m = mem; m != until; m = m->parent) {
        size_t now = atomic_fetch_add_explicit(&m->size, size, memory_order_relaxed) + size;
        size_t limit = atomic_load_explicit(&m->limit, memory_order_relaxed);
        if (limit && now > limit) {
            atomic_fetch_sub_explicit(&m->size, size, memory_order_relaxed);
            uncharge(mem, m, size);
            atomic_store_explicit(&mem->refused_by, m, memory_order_relaxed);
            return false;
        }
        note_size(m, now);
    }
    return true;
}

static bool charge(struct sx_mem *mem, size_t size)
{
    return charge_until(mem, NULL, size);
}

/* Puts the `actual` size in place of the `charged` one, at every node. */
static void correct(struct sx_mem *mem, size_t charged, size_t actual)
{
    for (struct sx_mem *m = mem; m; m = m->parent) {
        size_t more = actual - charged; /* or less: it wraps around, and so does the sum */
        note_size(m, atomic_fetch_add_explicit(&m->size, more, memory_order_relaxed) + more);
    }
}

/* Whether a test wants this allocation to fail. */
static bool fault_fires(struct sx_mem *mem)
{
    struct sx_mem *root = mem;
    while (root->parent)
        root = root->parent;
    struct sx_mem_fault *fault = root->fault;
    if (SX_LIKELY(!fault))
        return false;
    int64_t left = atomic_fetch_sub(&fault->countdown, 1);
    if (left == 1 || (left < 1 && fault->for_ever && atomic_load(&fault->fired))) {
        atomic_store(&fault->fired, true);
        return true;
    }
    return false;
}

/* Charges what malloc really gave, in place of the `size` that was charged before asking. */
static void *settle(struct sx_mem *mem, void *ptr, size_t size)
{
    if (!ptr) {
        uncharge(mem, NULL, size);
        atomic_store_explicit(&mem->refused_by, NULL, memory_order_relaxed);
        return NULL;
    }
    correct(mem, size, block_size(ptr));
    return ptr;
}

void *sx_mem_alloc(struct sx_mem *mem, size_t size)
{
    assert(size > 0);
    if (fault_fires(mem) || !charge(mem, size))
        return NULL;
    return settle(mem, malloc(size), size);
}

void *sx_mem_zalloc(struct sx_mem *mem, size_t size)
{
    assert(size > 0);
    if (fault_fires(mem) || !charge(mem, size))
        return NULL;
    return settle(mem, calloc(1, size), size);
}

void *sx_mem_aligned(struct sx_mem *mem, size_t align, size_t size)
{
    assert(size > 0);
    if (fault_fires(mem) || !charge(mem, size))
        return NULL;
    void *ptr = NULL;
    if (posix_memalign(&ptr, align, size))
        ptr = NULL;
    return settle(mem, ptr, size);
}

void *sx_mem_resize(struct sx_mem *mem, void *ptr, size_t size)
{
    assert(size > 0);
    if (!ptr)
        return sx_mem_alloc(mem, size);
    size_t old = block_size(ptr);
    size_t more = size > old ? size - old : 0;
    if (fault_fires(mem) || (more && !charge(mem, more)))
        return NULL;
    void *moved = realloc(ptr, size);
    if (!moved) {
        if (more)
            uncharge(mem, NULL, more);
        atomic_store_explicit(&mem->refused_by, NULL, memory_order_relaxed);
        return NULL;
    }
    correct(mem, old + more, block_size(moved));
    return moved;
}

void sx_mem_free(struct sx_mem *mem, void *ptr)
{
    if (!ptr)
        return;
    uncharge(mem, NULL, block_size(ptr));
    free(ptr);
}

/* The lowest node that is, or stands above, both; NULL: they are of two trees. */
static const struct sx_mem *lowest_shared(const struct sx_mem *a, const struct sx_mem *b)
{
    for (; a; a = a->parent)
        for (const struct sx_mem *m = b; m; m = m->parent)
            if (m == a)
                return a;
    return NULL;
}

bool sx_mem_move(struct sx_mem *from, struct sx_mem *to, void *ptr)
{
    size_t size = block_size(ptr);
    const struct sx_mem *shared = lowest_shared(from, to); /* nothing changes from there up */
    if (fault_fires(to) || !charge_until(to, shared, size))
        return false;
    uncharge(from, shared, size);
    return true;
}

bool sx_mem_grow(struct sx_mem *mem, void **array, size_t *capacity, size_t need, size_t item_size)
{
    if (need <= *capacity)
        return true;
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted < need) {
        if (wanted > SIZE_MAX / 2)
            return false;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / item_size)
        return false;
    void *moved = sx_mem_resize(mem, *array, wanted * item_size);
    if (!moved)
        return false;
    *array = moved;
    *capacity = wanted;
    return true;
}

size_t sx_mem_left(const struct sx_mem *mem)
{
    size_t left = SIZE_MAX;
    for (const struct sx_mem *m = mem; m; m = m->parent) {
        size_t limit = atomic_load_explicit(&m->limit, memory_order_relaxed);
        size_t size = sx_mem_size(m);
        if (limit)
            left = SX_MIN(left, limit - SX_MIN(size, limit));
    }
    return left;
}

bool sx_mem_is_tight(const struct sx_mem *mem)
{
    size_t limit = atomic_load_explicit(&mem->limit, memory_order_relaxed);
    bool tight = limit && sx_mem_size(mem) > limit / 2;
    for (const struct sx_mem *m = mem->parent; m && !tight; m = m->parent) {
        limit = atomic_load_explicit(&m->limit, memory_order_relaxed);
        tight = limit && sx_mem_size(m) > limit / 8 * 7;
    }
    return tight;
}

bool sx_mem_reserve(struct sx_mem *mem, size_t size)
{
    return !fault_fires(mem) && charge(mem, size);
}

void sx_mem_release(struct sx_mem *mem, size_t size)
{
    uncharge(mem, NULL, size);
}

void sx_mem_tell_refused(const struct sx_mem *mem, size_t size, stria_error *err)
{
    assert(mem);
    for (const struct sx_mem *m = mem; m; m = m->parent) {
        size_t limit = atomic_load(&m->limit), now = atomic_load(&m->size);
        if (limit && (now > limit || size > limit - now)) {
            (void)sx_fail(err, STRIA_NOMEM,
                          "memory budget '%s': %zu of %zu bytes used, %zu more needed", m->name,
                          now, limit, size);
            return;
        }
    }
    const struct sx_mem *by = atomic_load_explicit(&mem->refused_by, memory_order_relaxed);
    if (by)
        (void)sx_fail(err, STRIA_NOMEM,
                      "memory budget '%s' was full for %zu bytes of '%s': %zu of %zu used now",
                      by->name, size, mem->name, sx_mem_size(by), (size_t)atomic_load(&by->limit));
    else
        (void)sx_fail(err, STRIA_NOMEM, "no memory for %zu bytes of '%s'", size, mem->name);
}

void *sx_mem_host_alloc(size_t size)
{
    return malloc(size);
}

void sx_mem_host_free(void *ptr)
{
    free(ptr);
}
