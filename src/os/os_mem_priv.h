/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_priv.h -- the parts of the disk in memory, for os_mem*.c.
 *
 * Why         A sweep builds tens of thousands of disks from one, so a disk is made of parts that
 *             are shared and copied when written: a content is a table of 4 KiB pages (none:
 *             zeros), both counted; a crash of a file that is synced costs one count.
 * Parts       os_mem_content.c: pages; os_mem_node.c: files, what of them is not synced, locks;
 *             os_mem_tree.c: names; os_mem_crash.c: power loss; os_mem_disk.c: the whole; os_mem.c
 *             and os_mem_names.c: the calls of the table.
 * Words       live: what a running process sees; durable: what is there after a power loss for
 *             sure; pending: the difference, which the chooser decides.
 * Invariants  Bytes of a page beyond the size of its content are zero. Without marks, live and
 *             durable are the same content. Functions return 0 or an errno, bools false for ENOMEM.
 * Threads     A disk has one lock, held by all functions here; pages, contents and names are shared
 *             by disks of a family, so their counts are atomic. */
#ifndef SX_OS_OS_MEM_PRIV_H
#define SX_OS_OS_MEM_PRIV_H

#include "os/os_mem.h"
#include "os/sync.h"

#define SX_DISK_PAGE_SIZE 4096
#define SX_DISK_SECTOR_SIZE 512
#define SX_DISK_SECTOR_COUNT (SX_DISK_PAGE_SIZE / SX_DISK_SECTOR_SIZE) /* of a page */

/* ---- an object that is the root of its own memory -------------------------------------------- */

/* `size` bytes, zeroed, that begin with a struct sx_mem, to which they are charged; NULL: none. */
void *sx_disk_root_create(size_t size, const char *name);
/* All else that was taken from that node must have been freed (asserted). */
void sx_disk_root_destroy(void *root);

/* ---- pages ---------------------------------------------------------------------------------- */

struct sx_disk_page {
    _Atomic uint32_t refs;
    uint8_t bytes[SX_DISK_PAGE_SIZE];
};

struct sx_disk_content {
    _Atomic uint32_t refs;
    uint64_t size;
    size_t page_count;
    size_t page_capacity;
    struct sx_disk_page *pages[]; /* NULL: zeros */
};

/* NULL is an empty content, also in the calls below. */
struct sx_disk_content *sx_disk_content_acquire(struct sx_disk_content *content);
void sx_disk_content_release(struct sx_mem *mem, struct sx_disk_content *content);
/* Makes *content nobody else's, with at least `page_count` pages. */
bool sx_disk_content_own(struct sx_mem *mem, struct sx_disk_content **content, size_t page_count);
/* Puts bytes into one page of an own content, which grows if they end behind it. */
bool sx_disk_content_put(struct sx_mem *mem, struct sx_disk_content *content, uint64_t offset,
                         const uint8_t *bytes, size_t size);
/* The same, for any bytes and any content. */
bool sx_disk_content_write(struct sx_mem *mem, struct sx_disk_content **content, uint64_t offset,
                           const uint8_t *bytes, size_t size);
/* Reads what must be there; pages that are not, are zeros. */
void sx_disk_content_read(const struct sx_disk_content *content, uint64_t offset, uint8_t *bytes,
                          size_t size);
/* Cuts, or extends with zeros. */
bool sx_disk_content_resize(struct sx_mem *mem, struct sx_disk_content **content, uint64_t size);
uint64_t sx_disk_content_size(const struct sx_disk_content *content);

/* ---- files and folders ---------------------------------------------------------------------- */

struct sx_disk_name {
    _Atomic uint32_t refs;
    uint32_t len;
    char text[]; /* NUL-terminated */
};

struct sx_disk_node;

struct sx_disk_entry {
    struct sx_disk_name *name;
    struct sx_disk_node *node;
};

/* Sorted by name. */
struct sx_disk_table {
    struct sx_disk_entry *entries;
    size_t count;
    size_t capacity;
};

/* A name put (or replaced), or taken away, since the last sync of its folder. */
struct sx_disk_change {
    struct sx_disk_name *name;
    struct sx_disk_node *node; /* NULL: taken away */
    bool kept;                 /* while a crash is built */
};

struct sx_disk_lock {
    struct sx_disk_lock *next;
    const struct sx_file *owner;
    uint64_t start;
    uint64_t end; /* first byte after it */
    bool exclusive;
};

struct sx_disk_node {
    uint32_t refs; /* entries, changes, handles */
    uint32_t open_count;
    uint64_t link_count; /* live names */
    uint64_t space_size; /* bytes taken from the disk's free ones */
    bool is_directory;
    /* a file */
    struct sx_disk_content *live;
    struct sx_disk_content *durable;
    uint16_t *marks; /* by page, a bit a sector: low byte dirty, high byte stuck (os_mem_node.c) */
    size_t mark_capacity;
    size_t mark_first; /* no marks before it ... */
    size_t mark_end;   /* ... nor from it on */
    struct sx_disk_lock *locks;
    /* a folder */
    struct sx_disk_table live_names;
    struct sx_disk_table durable_names;
    struct sx_disk_change *changes; /* in order */
    size_t change_count;
    size_t change_capacity;
    /* while a crash is built */
    bool visited;
    struct sx_disk_node *visited_next;
    struct sx_disk_content *after;
    struct sx_disk_node *twin;
};

/* Disks made from each other by crashes share pages, hence an accountant. */
struct sx_disk_family {
    struct sx_mem mem; /* the root; first */
    _Atomic uint32_t disk_count;
};

struct sx_disk {
    struct sx_os base;
    struct sx_disk_family *family;
    struct sx_mutex lock; /* guards all below */
    struct sx_disk_node *root;
    uint64_t random;     /* state of the generator */
    int64_t now_base_ns; /* now = now_base_ns + elapsed_ns */
    int64_t elapsed_ns;
    uint64_t free_size;
    uint64_t total_size;
    uint64_t used_size; /* the sum of space_size */
    uint64_t mutation_count;
    uint32_t open_count;
    void (*on_mutation)(void *context, uint64_t index);
    void *on_mutation_context;
    void (*trace)(void *context, const char *line);
    void *trace_context;
    /* what sx_os_mem_bytes() gave out, to be put back by the next call */
    struct sx_disk_node *view_node;
    uint8_t *view_bytes;
    size_t view_size;
};

extern const struct sx_os_ops sx_disk_ops;

static inline struct sx_disk *sx_disk_of(struct sx_os *os)
{
    return SX_CONTAINER(os, struct sx_disk, base);
}

/* A disk of `family` without anything but a root; NULL: no memory. */
struct sx_disk *sx_disk_create(struct sx_disk_family *family, uint64_t seed);

/* Locks the disk and puts back what a test changed through sx_os_mem_bytes(). */
void sx_disk_enter(struct sx_disk *disk);
void sx_disk_leave(struct sx_disk *disk);
/* Counts and tells a mutation, then enters. */
void sx_disk_enter_mutation(struct sx_disk *disk);
/* A line of the trace, with the errno if it is not 0. */
void sx_disk_trace(struct sx_disk *disk, int error, const char *format, ...) SX_FORMAT(3, 4);

/* Deterministic bytes (splitmix64). */
void sx_disk_random(uint64_t *state, uint8_t *bytes, size_t size);

/* With one reference; NULL: no memory. */
struct sx_disk_node *sx_disk_node_create(struct sx_disk *disk, bool is_directory);
struct sx_disk_node *sx_disk_node_acquire(struct sx_disk_node *node);
void sx_disk_node_release(struct sx_disk *disk, struct sx_disk_node *node);
void sx_disk_node_info(struct sx_file_info *info, const struct sx_disk_node *node);
/* Gives its space back if it has neither names nor handles. */
void sx_disk_node_settle_space(struct sx_disk *disk, struct sx_disk_node *node);
/* Takes space for `size` bytes; returns how many fit. */
uint64_t sx_disk_node_take_space(struct sx_disk *disk, struct sx_disk_node *node, uint64_t size);

int sx_disk_node_write(struct sx_disk *disk, struct sx_disk_node *node, const uint8_t *bytes,
                       size_t size, uint64_t offset);
int sx_disk_node_sync(struct sx_disk *disk, struct sx_disk_node *node);
/* A sync that fails: what it should have synced, no later one will. */
void sx_disk_node_fail_sync(struct sx_disk_node *node);
/* Sectors of a page that are not synced, as bits. */
unsigned sx_disk_node_pending(const struct sx_disk_node *node, size_t page);
/* A broken disk's work: durable at once. */
int sx_disk_node_corrupt(struct sx_disk *disk, struct sx_disk_node *node, const uint8_t *bytes,
                         size_t size);
int sx_disk_node_resize(struct sx_disk *disk, struct sx_disk_node *node, uint64_t size);

/* 0, EAGAIN if another handle's lock stands against it, ENOMEM. */
int sx_disk_node_lock(struct sx_disk *disk, struct sx_disk_node *node, const struct sx_file *owner,
                      uint64_t start, uint64_t end, bool exclusive);
int sx_disk_node_unlock(struct sx_disk *disk, struct sx_disk_node *node,
                        const struct sx_file *owner, uint64_t start, uint64_t end);

/* ---- names ---------------------------------------------------------------------------------- */

/* Where a path leads. */
struct sx_disk_place {
    struct sx_disk_node *parent; /* NULL: the path is the root's */
    const char *name;            /* the last part; not NUL-terminated */
    size_t name_len;
    struct sx_disk_node *node; /* NULL: nothing has that name */
};

/* 0 also if only the last part is missing. */
int sx_disk_find(struct sx_disk *disk, const char *path, struct sx_disk_place *place);
/* Gives `node` the free name of a place. */
int sx_disk_add_name(struct sx_disk *disk, const struct sx_disk_place *place,
                     struct sx_disk_node *node);
int sx_disk_remove_name(struct sx_disk *disk, const struct sx_disk_place *place);
int sx_disk_sync_names(struct sx_disk *disk, struct sx_disk_node *directory);

/* Room for `count` entries; then put does not fail. */
bool sx_disk_table_reserve(struct sx_disk *disk, struct sx_disk_table *table, size_t count);
void sx_disk_table_put(struct sx_disk *disk, struct sx_disk_table *table, struct sx_disk_name *name,
                       struct sx_disk_node *node);
/* Carries out a change; room for one more entry must be there. */
void sx_disk_table_apply(struct sx_disk *disk, struct sx_disk_table *table,
                         const struct sx_disk_change *change);
void sx_disk_table_deinit(struct sx_disk *disk, struct sx_disk_table *table);
void sx_disk_changes_deinit(struct sx_disk *disk, struct sx_disk_node *directory);

struct sx_disk_name *sx_disk_name_acquire(struct sx_disk_name *name);
void sx_disk_name_release(struct sx_disk *disk, struct sx_disk_name *name);

/* ---- calls of the table --------------------------------------------------------------------- */

stria_status sx_disk_stat(struct sx_os *os, const char *path, struct sx_file_info *info,
                          stria_error *err);
stria_status sx_disk_mkdir(struct sx_os *os, const char *path, stria_error *err);
stria_status sx_disk_sync_dir(struct sx_os *os, const char *path, stria_error *err);
stria_status sx_disk_list(struct sx_os *os, const char *path, sx_list_each each, void *context,
                          stria_error *err);
stria_status sx_disk_unlink(struct sx_os *os, const char *path, stria_error *err);
stria_status sx_disk_rmdir(struct sx_os *os, const char *path, stria_error *err);
stria_status sx_disk_link(struct sx_os *os, const char *from, const char *to, stria_error *err);
stria_status sx_disk_space(struct sx_os *os, const char *path, struct sx_space *space,
                           stria_error *err);
int64_t sx_disk_now_ns(struct sx_os *os);
int64_t sx_disk_mono_ns(struct sx_os *os);
void sx_disk_sleep_ns(struct sx_os *os, int64_t duration_ns);

#endif
