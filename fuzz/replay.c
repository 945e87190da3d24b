/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c -- runs a fuzz target over its corpus without libFuzzer, as a test of every build.
 *
 * Why         The targets must stay clean with the compiler and sanitizers of the tests, and their
 *             corpora are the memory of what was once found.
 * Use         replay_<target> FILE|FOLDER...
 * Algorithm   Each file as it is; cut at every sixteenth of its length; with one byte changed at 64
 *             places, evenly spread, one bit or all of them. And once no bytes at all. Always the
 *             same inputs in the same order.
 * Invariants  An input is copied to a block of exactly its size, so that the address sanitizer sees
 *             the first byte read past it. A folder without files is an error: it tests nothing.
 * Limits      FILE_SIZE_MAX bytes a file, FILE_COUNT_MAX files a folder. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_SIZE_MAX ((size_t)16 << 20)
#define FILE_COUNT_MAX 100000
#define CUT_COUNT 16
#define FLIP_COUNT 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tally {
    unsigned long file_count;
    unsigned long input_count;
};

static void fail(const char *path, const char *reason)
{
    fprintf(stderr, "replay: %s: %s\n", path, reason);
    exit(2);
}

static void *allocate(size_t size)
{
    void *ptr = malloc(size ? size : 1);
    if (!ptr)
        fail("memory", strerror(ENOMEM));
    return ptr;
}

/* Runs the target on a copy of its own, with byte `flip` (if below size) changed by `mask`. */
static void run_one(struct tally *tally, const uint8_t *data, size_t size, size_t flip,
                    uint8_t mask)
{
    uint8_t *copy = allocate(size);
    if (size)
        memcpy(copy, data, size);
    if (flip < size)
        copy[flip] ^= mask;
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    tally->input_count++;
}

static void run_variants(struct tally *tally, const uint8_t *data, size_t size)
{
    run_one(tally, data, size, SIZE_MAX, 0);
    for (size_t i = 0, last = SIZE_MAX; i < CUT_COUNT; i++) {
        size_t cut = size * i / CUT_COUNT;
        if (cut != last)
            run_one(tally, data, cut, SIZE_MAX, 0);
        last = cut;
    }
    for (size_t i = 0; i < FLIP_COUNT && size; i++) {
        /* Short files: every byte gets several masks; long ones: one byte a stretch. */
        size_t place = size < FLIP_COUNT ? i % size : size / FLIP_COUNT * i;
        size_t turn = (i + i / size) % 9;
        uint8_t mask = (uint8_t)(turn == 8 ? 0xff : 1u << turn);
        run_one(tally, data, size, place, mask);
    }
}

static void run_file(struct tally *tally, const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail(path, strerror(errno));
    uint8_t *data = allocate(size);
    if (fread(data, 1, size, file) != size)
        fail(path, "cannot be read whole");
    (void)fclose(file);
    run_variants(tally, data, size);
    free(data);
    tally->file_count++;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The paths of the files in a folder, sorted; the caller frees them and the array. */
static char **list_folder(const char *path, size_t *count)
{
    DIR *dir = opendir(path);
    if (!dir)
        fail(path, strerror(errno));
    char **names = allocate(FILE_COUNT_MAX * sizeof *names);
    size_t found = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        if (found == FILE_COUNT_MAX)
            fail(path, "too many files");
        size_t size = strlen(path) + strlen(entry->d_name) + 2;
        names[found] = allocate(size);
        (void)snprintf(names[found++], size, "%s/%s", path, entry->d_name);
    }
    (void)closedir(dir);
    qsort(names, found, sizeof *names, compare_names);
    *count = found;
    return names;
}

static void run_path(struct tally *tally, const char *path)
{
    struct stat info;
    if (stat(path, &info))
        fail(path, strerror(errno));
    if (!S_ISDIR(info.st_mode)) {
        if ((uintmax_t)info.st_size > FILE_SIZE_MAX)
            fail(path, "larger than 16 MiB");
        run_file(tally, path, (size_t)info.st_size);
        return;
    }
    size_t count = 0;
    char **names = list_folder(path, &count);
    if (count == 0)
        fail(path, "holds no corpus");
    for (size_t i = 0; i < count; i++) {
        run_path(tally, names[i]);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    struct tally tally = {0};
    if (argc < 2)
        fail("usage", "replay_<target> FILE|FOLDER...");
    run_one(&tally, NULL, 0, SIZE_MAX, 0);
    for (int i = 1; i < argc; i++)
        run_path(&tally, argv[i]);
    printf("%lu files, %lu inputs\n", tally.file_count, tally.input_count);
    return 0;
}
