/* SPDX-License-Identifier: Apache-2.0 */
/* header.c -- see header.h. */
#include "app/server/header.h"

#define QUALITY_ONE 1000 /* q has up to three decimals */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct sx_bytes sx_header_trim(struct sx_bytes text)
{
    while (text.len && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool sx_header_equal(struct sx_bytes a, const char *b)
{
    if (a.len != strlen(b))
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower((uint8_t)b[i]))
            return false;
    }
    return true;
}

/* Takes the part up to `mark`, which is not one inside quotes, off the front; false: nothing is
 * left. */
static bool take_part(struct sx_bytes *in, uint8_t mark, struct sx_bytes *part)
{
    if (!in->len)
        return false;
    bool quoted = false;
    size_t i = 0;
    for (; i < in->len && (quoted || in->ptr[i] != mark); i++) {
        if (in->ptr[i] == '"')
            quoted = !quoted;
        else if (in->ptr[i] == '\\' && quoted && i + 1 < in->len)
            i++;
    }
    *part = sx_header_trim(sx_bytes_make(in->ptr, i));
    i += i < in->len;
    *in = sx_bytes_make(in->ptr + i, in->len - i);
    return true;
}

bool sx_header_field(struct sx_bytes line, const char *name, struct sx_bytes *value)
{
    struct sx_bytes front;
    if (!take_part(&line, ':', &front) || !sx_header_equal(front, name))
        return false;
    *value = sx_header_trim(line);
    return true;
}

bool sx_header_is_type(struct sx_bytes value, const char *type)
{
    struct sx_bytes front;
    return take_part(&value, ';', &front) && sx_header_equal(front, type);
}

bool sx_header_parameter(struct sx_bytes value, const char *name, struct sx_bytes *out)
{
    struct sx_bytes part, key;
    if (!take_part(&value, ';', &part))
        return false;
    while (take_part(&value, ';', &part)) {
        if (!take_part(&part, '=', &key) || !sx_header_equal(key, name))
            continue;
        part = sx_header_trim(part);
        if (part.len >= 2 && part.ptr[0] == '"' && part.ptr[part.len - 1] == '"')
            part = sx_bytes_make(part.ptr + 1, part.len - 2);
        *out = part;
        return true;
    }
    return false;
}

/* q=0.25 as 250; 1000 when it is not told, 0 when it is no number. */
static int quality_of(struct sx_bytes item)
{
    struct sx_bytes text;
    if (!sx_header_parameter(item, "q", &text))
        return QUALITY_ONE;
    int quality = 0, unit = QUALITY_ONE;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '.' && i == 1)
            continue;
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return 0;
        quality += (text.ptr[i] - '0') * unit;
        unit /= 10;
    }
    return quality > QUALITY_ONE ? QUALITY_ONE : quality;
}

/* Whether a range ("text/ *", without the blank) holds a type. */
static bool range_holds(struct sx_bytes range, const char *type)
{
    if (sx_header_equal(range, "*/*") || sx_header_equal(range, type))
        return true;
    const char *slash = strchr(type, '/');
    size_t front = slash ? (size_t)(slash - type) + 1 : 0;
    return front && range.len == front + 1 && range.ptr[front] == '*' &&
           memcmp(range.ptr, type, front) == 0;
}

int sx_header_accept(struct sx_bytes accept, const char *const *types, int type_count)
{
    int best = -1, best_quality = 0;
    struct sx_bytes item;
    while (take_part(&accept, ',', &item)) {
        int quality = quality_of(item);
        struct sx_bytes rest = item, range;
        if (quality <= best_quality || !take_part(&rest, ';', &range))
            continue;
        for (int i = 0; i < type_count; i++) {
            if (range_holds(range, types[i])) {
                best = i;
                best_quality = quality;
                break;
            }
        }
    }
    return best;
}

bool sx_header_accepts_coding(struct sx_bytes accept, const char *coding)
{
    bool any = false;
    struct sx_bytes item;
    while (take_part(&accept, ',', &item)) {
        struct sx_bytes rest = item, name;
        if (!take_part(&rest, ';', &name))
            continue;
        if (sx_header_equal(name, coding))
            return quality_of(item) > 0;
        if (sx_header_equal(name, "*"))
            any = quality_of(item) > 0;
    }
    return any;
}
