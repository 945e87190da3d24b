/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_content.c -- the bytes of files on the disk in memory: tables of shared pages.
 *
 * Why         Logs are files of real zeros written ahead of need: a page of zeros is no page at
 *             all. A copy of a file is one count, and its first change afterwards copies the table
 *             and one page.
 * Threads     See os_mem_priv.h. A count of 1 cannot grow behind its only holder's back. */
#include "os/os_mem_priv.h"

#include <assert.h>
#include <string.h>

void *sx_disk_root_create(size_t size, const char *name)
{
    struct sx_mem outside;
    sx_mem_init(&outside, NULL, name, 0);
    struct sx_mem *root = sx_mem_zalloc(&outside, size);
    if (!root)
        return NULL;
    sx_mem_init(root, NULL, name, 0);
    if (!sx_mem_reserve(root, sx_mem_size(&outside))) { /* no limit is set: cannot be */
        sx_mem_free(&outside, root);
        return NULL;
    }
    return root;
}

void sx_disk_root_destroy(void *root)
{
    struct sx_mem *mem = root, outside;
    sx_mem_init(&outside, NULL, mem->name, 0);
    size_t size = sx_mem_size(mem); /* only the object itself is left */
    if (!sx_mem_reserve(&outside, size))
        return;
    sx_mem_release(mem, size);
    sx_mem_deinit(mem);
    sx_mem_free(&outside, root);
    sx_mem_deinit(&outside); /* asserts that nothing else was */
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static void page_release(struct sx_mem *mem, struct sx_disk_page *page)
{
    if (page && atomic_fetch_sub_explicit(&page->refs, 1, memory_order_acq_rel) == 1)
        sx_mem_free(mem, page);
}

static bool is_shared(_Atomic uint32_t *refs)
{
    return atomic_load_explicit(refs, memory_order_acquire) > 1;
}

/* Makes a page of an own content writable. */
static bool page_own(struct sx_mem *mem, struct sx_disk_page **page)
{
    struct sx_disk_page *old = *page;
    if (old && !is_shared(&old->refs))
        return true;
    struct sx_disk_page *own =
        old ? sx_mem_alloc(mem, sizeof *own) : sx_mem_zalloc(mem, sizeof *own);
    if (!own)
        return false;
    atomic_init(&own->refs, 1);
    if (old)
        memcpy(own->bytes, old->bytes, sizeof own->bytes);
    page_release(mem, old);
    *page = own;
    return true;
}

struct sx_disk_content *sx_disk_content_acquire(struct sx_disk_content *content)
{
    if (content)
        atomic_fetch_add_explicit(&content->refs, 1, memory_order_relaxed);
    return content;
}

void sx_disk_content_release(struct sx_mem *mem, struct sx_disk_content *content)
{
    if (!content || atomic_fetch_sub_explicit(&content->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < content->page_count; i++)
        page_release(mem, content->pages[i]);
    sx_mem_free(mem, content);
}

uint64_t sx_disk_content_size(const struct sx_disk_content *content)
{
    return content ? content->size : 0;
}

static size_t table_size(size_t page_count)
{
    return sizeof(struct sx_disk_content) + page_count * sizeof(struct sx_disk_page *);
}

static bool grow_own(struct sx_mem *mem, struct sx_disk_content **content, size_t page_count)
{
    struct sx_disk_content *own = *content;
    if (page_count <= own->page_count)
        return true;
    if (page_count > own->page_capacity) {
        size_t capacity = SX_MAX(page_count, own->page_capacity * 2);
        own = sx_mem_resize(mem, own, table_size(capacity));
        if (!own)
            return false;
        own->page_capacity = capacity;
        *content = own;
    }
    for (size_t i = own->page_count; i < page_count; i++)
        own->pages[i] = NULL;
    own->page_count = page_count;
    return true;
}

bool sx_disk_content_own(struct sx_mem *mem, struct sx_disk_content **content, size_t page_count)
{
    struct sx_disk_content *old = *content;
    if (old && !is_shared(&old->refs))
        return grow_own(mem, content, page_count);
    size_t old_count = old ? old->page_count : 0;
    size_t capacity = SX_MAX(page_count, old_count);
    struct sx_disk_content *own = sx_mem_alloc(mem, table_size(capacity));
    if (!own)
        return false;
    atomic_init(&own->refs, 1);
    own->size = sx_disk_content_size(old);
    own->page_count = capacity;
    own->page_capacity = capacity;
    for (size_t i = 0; i < capacity; i++) {
        own->pages[i] = i < old_count ? old->pages[i] : NULL;
        if (own->pages[i])
            atomic_fetch_add_explicit(&own->pages[i]->refs, 1, memory_order_relaxed);
    }
    sx_disk_content_release(mem, old);
    *content = own;
    return true;
}

bool sx_disk_content_put(struct sx_mem *mem, struct sx_disk_content *content, uint64_t offset,
                         const uint8_t *bytes, size_t size)
{
    size_t index = offset / SX_DISK_PAGE_SIZE, at = offset % SX_DISK_PAGE_SIZE;
    assert(size <= SX_DISK_PAGE_SIZE - at && index < content->page_count);
    struct sx_disk_page **page = &content->pages[index];
    bool zeros = (size == SX_DISK_PAGE_SIZE || !*page) && all_zero(bytes, size);
    if (zeros) {
        page_release(mem, *page);
        *page = NULL;
    } else {
        if (!page_own(mem, page))
            return false;
        memcpy((*page)->bytes + at, bytes, size);
    }
    content->size = SX_MAX(content->size, offset + size);
    return true;
}

bool sx_disk_content_write(struct sx_mem *mem, struct sx_disk_content **content, uint64_t offset,
                           const uint8_t *bytes, size_t size)
{
    if (!sx_disk_content_own(mem, content,
                             (offset + size + SX_DISK_PAGE_SIZE - 1) / SX_DISK_PAGE_SIZE))
        return false;
    while (size) {
        size_t part = SX_MIN(size, SX_DISK_PAGE_SIZE - offset % SX_DISK_PAGE_SIZE);
        if (!sx_disk_content_put(mem, *content, offset, bytes, part))
            return false;
        offset += part;
        bytes += part;
        size -= part;
    }
    return true;
}

void sx_disk_content_read(const struct sx_disk_content *content, uint64_t offset, uint8_t *bytes,
                          size_t size)
{
    while (size) {
        size_t index = offset / SX_DISK_PAGE_SIZE, at = offset % SX_DISK_PAGE_SIZE;
        size_t part = SX_MIN(size, SX_DISK_PAGE_SIZE - at);
        const struct sx_disk_page *page = NULL;
        if (content && index < content->page_count)
            page = content->pages[index];
        if (page)
            memcpy(bytes, page->bytes + at, part);
        else
            memset(bytes, 0, part);
        offset += part;
        bytes += part;
        size -= part;
    }
}

bool sx_disk_content_resize(struct sx_mem *mem, struct sx_disk_content **content, uint64_t size)
{
    size_t page_count = (size + SX_DISK_PAGE_SIZE - 1) / SX_DISK_PAGE_SIZE;
    if (!sx_disk_content_own(mem, content, page_count))
        return false;
    struct sx_disk_content *own = *content;
    assert(own);
    size_t at = size % SX_DISK_PAGE_SIZE;
    struct sx_disk_page **last = at ? &own->pages[page_count - 1] : NULL;
    if (last && *last && !all_zero((*last)->bytes + at, SX_DISK_PAGE_SIZE - at)) {
        if (!page_own(mem, last))
            return false;
        memset((*last)->bytes + at, 0, SX_DISK_PAGE_SIZE - at);
    }
    for (size_t i = page_count; i < own->page_count; i++)
        page_release(mem, own->pages[i]);
    own->page_count = page_count;
    own->size = size;
    return true;
}
