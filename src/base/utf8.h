/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h -- UTF-8: check, decode, encode, and put right as Go does.
 *
 * Why         Names and strings may be any bytes; JSON and regular expressions want UTF-8.
 * Source      RFC 3629. What is not valid, Go takes as one U+FFFD for each byte: so do we.
 *             61 ff c3 28 -> 'a', U+FFFD, U+FFFD, '('
 * Threads     Pure. */
#ifndef SX_BASE_UTF8_H
#define SX_BASE_UTF8_H

#include "base/buf.h"
#include "base/bytes.h"

#define SX_RUNE_ERROR 0xfffdu
#define SX_RUNE_MAX 0x10ffffu
#define SX_RUNE_SIZE_MAX 4

/* Whether the bytes are UTF-8: no surrogates, nothing above U+10FFFF, no form longer than
 * needed. */
bool sx_utf8_valid(struct sx_bytes bytes);

/* The first code point and its size; SX_RUNE_ERROR and 1 where the bytes are not valid (a U+FFFD
 * that stands there has size 3). 0 for no bytes. */
size_t sx_utf8_decode(struct sx_bytes bytes, uint32_t *rune);

/* Writes a code point at p, which has room for SX_RUNE_SIZE_MAX bytes; SX_RUNE_ERROR in place of
 * what is none. Returns the bytes written. */
size_t sx_utf8_encode(uint8_t *p, uint32_t rune);

/* Appends the bytes with each that is not valid replaced by U+FFFD (three bytes). */
void sx_utf8_put_valid(struct sx_buf *out, struct sx_bytes bytes);

#endif
