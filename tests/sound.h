/* SPDX-License-Identifier: Apache-2.0 */
/* sound.h -- a store that is sound, and whether one that was made of it by damage tells the truth.
 *
 * Rules       Every value that is read must have been written at that place; where one is missing,
 *             or an older one is there, the damage must have been told. Work must not make it
 *             worse.
 * Threads     One owner. */
#ifndef SX_TESTS_SOUND_H
#define SX_TESTS_SOUND_H

#include "history.h"

#define SOUND_FILES_MAX 128

struct sound {
    struct sx_os *disk;
    struct history history;
    /* Every value that was ever written, by name of the policy; the value is part of the time. */
    struct oracle ever;
    char files[SOUND_FILES_MAX][64];
    size_t file_count;
};

/* A store with log, segments, deletes and a manifest, closed: what a script of so many operations
 * leaves behind. */
void sound_make(struct sound *s, uint64_t seed, uint32_t op_count);
void sound_free(struct sound *s);

struct verdict {
    uint64_t wrong_count; /* missing, or not the last */
    uint64_t told_count;
    char text[COMPARE_TEXT_MAX]; /* what cannot be */
};

struct tally {
    uint64_t cases, refused, harmless, told, only_verify;
    uint64_t silent; /* of the harmless: nothing is told, nor found by verifying */
};

/* Verifies, opens, reads, works on and reads again what became of it on `disk`. False: it is wrong,
 * and nothing told so, or it cannot be; v->text says what. */
bool sound_check(const struct sound *s, struct sx_os *disk, struct tally *tally, struct verdict *v);

#endif
