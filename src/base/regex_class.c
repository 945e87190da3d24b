/* SPDX-License-Identifier: Apache-2.0 */
/* regex_class.c -- the parts of a pattern that stand for one character: escapes, groups, classes.
 *
 * Source      Go's regexp/syntax; the scripts are those of Unicode 14. */
#include "base/digits.h"
#include "base/regex_priv.h"
#include "base/utf8.h"

#define ASCII_COUNT 128
#define LONG_S 0x17fu  /* folds to s */
#define KELVIN 0x212au /* folds to k */

/* ---- escapes -------------------------------------------------------------------------------- */

static bool is_alnum(uint32_t rune)
{
    return (rune >= '0' && rune <= '9') || ((rune | 0x20) >= 'a' && (rune | 0x20) <= 'z');
}

static int hex_value(uint32_t rune)
{
    if (rune >= '0' && rune <= '9')
        return (int)(rune - '0');
    uint32_t lower = rune | 0x20;
    return lower >= 'a' && lower <= 'f' ? (int)(lower - 'a' + 10) : -1;
}

/* Behind "\x": two digits, or any number of them in braces. *ok tells whether they are well formed.
 * */
static stria_status take_hex(struct sx_regex_parser *parser, uint32_t *rune, bool *ok)
{
    uint32_t c, v = 0;
    size_t count = 0;
    stria_status st = sx_regex_take_rune(parser, &c);
    *ok = false;
    if (st)
        return st;
    if (c != '{') {
        int high = hex_value(c);
        st = sx_regex_take_rune(parser, &c);
        int low = hex_value(c);
        *ok = high >= 0 && low >= 0;
        *rune = *ok ? (uint32_t)(high * 16 + low) : 0;
        return st;
    }
    for (;; count++) {
        if (parser->p == parser->end)
            return STRIA_OK;
        st = sx_regex_take_rune(parser, &c);
        if (st)
            return st;
        if (c == '}')
            break;
        int digit = hex_value(c);
        if (digit < 0)
            return STRIA_OK;
        v = v * 16 + (uint32_t)digit;
        if (v > SX_RUNE_MAX)
            return STRIA_OK;
    }
    *rune = v;
    *ok = count > 0;
    return STRIA_OK;
}

/* Up to two more octal digits behind the first. */
static uint32_t take_octal(struct sx_regex_parser *parser, uint32_t first)
{
    uint32_t v = first - '0';
    for (int i = 0; i < 2 && parser->p < parser->end && *parser->p >= '0' && *parser->p <= '7'; i++)
        v = v * 8 + (uint32_t)(*parser->p++ - '0');
    return v;
}

stria_status sx_regex_take_escape(struct sx_regex_parser *parser, uint32_t *rune)
{
    static const char names[] = "afnrtv", values[] = "\a\f\n\r\t\v";
    const uint8_t *start = parser->p++;
    if (parser->p == parser->end)
        return sx_regex_fail(parser, "trailing backslash at end of expression", start, start);
    uint32_t c;
    stria_status st = sx_regex_take_rune(parser, &c);
    if (st)
        return st;
    const char *name = c && c < ASCII_COUNT ? strchr(names, (int)c) : NULL;
    bool ok = false, more_octal = parser->p < parser->end && *parser->p >= '0' && *parser->p <= '7';
    if (c < ASCII_COUNT && !is_alnum(c)) {
        *rune = c;
        ok = true;
    } else if (c == '0' || (c >= '1' && c <= '7' && more_octal)) {
        *rune = take_octal(parser, c);
        ok = true;
    } else if (c == 'x') {
        st = take_hex(parser, rune, &ok);
        if (st)
            return st;
    } else if (name) {
        *rune = (uint32_t)values[name - names];
        ok = true;
    }
    return ok ? STRIA_OK : sx_regex_fail(parser, "invalid escape sequence", start, parser->p);
}

/* ---- groups --------------------------------------------------------------------------------- */

/* Ranges of ASCII: pairs of first and last. */
static const struct group {
    const char *name; /* of [:name:], or the letter of \d */
    const char *ranges;
} groups[] = {
    {"d", "09"},           {"s", "\t\n\f\r  "},
    {"w", "09AZ__az"},     {"alnum", "09AZaz"},
    {"alpha", "AZaz"},     {"ascii", "\x01\x7f"}, /* and NUL, which a C string cannot hold */
    {"blank", "\t\t  "},   {"cntrl", "\x01\x1f\x7f\x7f"}, /* and NUL */
    {"digit", "09"},       {"graph", "!~"},
    {"lower", "az"},       {"print", " ~"},
    {"punct", "!/:@[`{~"}, {"space", "\t\r  "},
    {"upper", "AZ"},       {"word", "09AZ__az"},
    {"xdigit", "09AFaf"},
};

static const char categories[] =
    " C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So "
    "Z Zl Zp Zs ";

static const char scripts[] =
    " Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak "
    "Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian "
    "Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot "
    "Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs "
    "Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi "
    "Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic "
    "Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana "
    "Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu "
    "Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen "
    "Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs "
    "Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari New_Tai_Lue Newa Nko Nushu "
    "Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic "
    "Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya "
    "Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic "
    "Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng "
    "Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil "
    "Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho "
    "Warang_Citi Yezidi Yi Zanabazar_Square ";

/* Whether `name`, of letters and underscores, is a word of a list in which each is between spaces.
 * */
static bool is_word_of(const char *list, struct sx_bytes name)
{
    char word[32];
    if (!name.len || name.len + 3 > sizeof word)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != '_' && (!is_alnum(name.ptr[i]) || sx_is_digit(name.ptr[i])))
            return false;
    word[0] = ' ';
    memcpy(word + 1, name.ptr, name.len);
    memcpy(word + 1 + name.len, " ", 2);
    return strstr(list, word) != NULL;
}

/* Puts an item before *items. */
static stria_status add_item(struct sx_regex_parser *parser, const struct sx_regex_item **items,
                             struct sx_regex_item item)
{
    struct sx_regex_item *copy = sx_arena_alloc(parser->arena, sizeof *copy);
    if (!copy)
        return sx_regex_no_memory(parser);
    *copy = item;
    copy->next = *items;
    *items = copy;
    return STRIA_OK;
}

static stria_status add_range(struct sx_regex_parser *parser, const struct sx_regex_item **items,
                              uint32_t first, uint32_t last)
{
    return add_item(parser, items, (struct sx_regex_item){.first = first, .last = last});
}

/* Adds the code points of a set of ASCII, or all others. When case is folded, s and k have partners
 * beyond ASCII; the set is then complete, and PCRE2 need not fold it. */
static stria_status add_ascii(struct sx_regex_parser *parser, const struct sx_regex_item **items,
                              const bool *in, bool negated)
{
    bool fold = parser->flags & SX_REGEX_FOLD;
    const struct {
        uint32_t rune;
        bool in;
    } partners[] = {{LONG_S, fold && in['s']}, {KELVIN, fold && in['k']}};
    stria_status st = STRIA_OK;
    for (uint32_t first = 0; !st && first < ASCII_COUNT; first++) {
        uint32_t last = first;
        if (in[first] == negated)
            continue;
        while (last + 1 < ASCII_COUNT && in[last + 1] != negated)
            last++;
        st = add_range(parser, items, first, last);
        first = last;
    }
    uint32_t from = ASCII_COUNT;
    for (size_t i = 0; !st && i < SX_COUNT_OF(partners); i++) {
        uint32_t rune = partners[i].rune;
        if (!partners[i].in)
            continue;
        st = negated ? add_range(parser, items, from, rune - 1)
                     : add_range(parser, items, rune, rune);
        from = rune + 1;
    }
    return st || !negated ? st : add_range(parser, items, from, SX_RUNE_MAX);
}

static stria_status add_group(struct sx_regex_parser *parser, const struct sx_regex_item **items,
                              const struct group *group, bool negated)
{
    bool in[ASCII_COUNT] = {false};
    in[0] = group->ranges[0] == '\x01';
    for (const char *r = group->ranges; *r; r += 2)
        for (uint32_t c = (uint8_t)r[0]; c <= (uint8_t)r[1]; c++)
            in[c] = true;
    if (parser->flags & SX_REGEX_FOLD)
        for (uint32_t c = 'a'; c <= 'z'; c++)
            in[c] = in[c - 'a' + 'A'] = in[c] || in[c - 'a' + 'A'];
    return add_ascii(parser, items, in, negated);
}

static const struct group *find_group(struct sx_bytes name)
{
    for (size_t i = 0; i < SX_COUNT_OF(groups); i++)
        if (sx_bytes_equal(sx_bytes_of(groups[i].name), name))
            return &groups[i];
    return NULL;
}

/* \pN or \p{Name}, at its backslash. */
static stria_status take_property(struct sx_regex_parser *parser,
                                  const struct sx_regex_item **items)
{
    const uint8_t *start = parser->p;
    bool negated = start[1] == 'P', fold = parser->flags & SX_REGEX_FOLD;
    uint32_t c;
    parser->p += 2;
    const uint8_t *first = parser->p;
    stria_status st = sx_regex_take_rune(parser, &c);
    const uint8_t *last = parser->p;
    if (st)
        return st;
    if (c == '{') {
        while (last < parser->end && *last != '}')
            last++;
        st = sx_regex_check_utf8(parser, start, last);
        if (st)
            return st;
        if (last == parser->end)
            return sx_regex_fail(parser, "invalid character class range", start, last);
        parser->p = last + 1;
        first++;
    }
    if (first < last && *first == '^') {
        negated = !negated;
        first++;
    }
    struct sx_bytes name = sx_bytes_make(first, (size_t)(last - first));
    if (sx_bytes_equal(name, SX_LITERAL("Any")))
        return negated ? STRIA_OK : add_range(parser, items, 0, SX_RUNE_MAX);
    bool category = is_word_of(categories, name);
    if (!category && !is_word_of(scripts, name))
        return sx_regex_fail(parser, "invalid character class range", start, parser->p);
    /* PCRE2 does not fold a property: with case folded, one of Lu, Ll, Lt means all three. */
    if (fold && name.len == 2 && is_word_of(" Lu Ll Lt ", name))
        name = SX_LITERAL("L&");
    struct sx_buf text;
    uint8_t storage[40];
    sx_buf_init_fixed(&text, storage, sizeof storage);
    sx_buf_put_text(&text, category ? "" : "sc:");
    sx_buf_put_bytes(&text, name);
    struct sx_bytes property = sx_arena_dup(parser->arena, sx_buf_bytes(&text));
    if (!property.ptr)
        return sx_regex_no_memory(parser);
    return add_item(
        parser, items,
        (struct sx_regex_item){.property = (const char *)property.ptr, .negated = negated});
}

stria_status sx_regex_take_group(struct sx_regex_parser *parser, bool *taken,
                                 const struct sx_regex_item **items)
{
    *taken = false;
    if (parser->end - parser->p < 2 || parser->p[0] != '\\')
        return STRIA_OK;
    uint8_t letter = parser->p[1], lower = letter | 0x20;
    if (lower == 'p') {
        *taken = true;
        return take_property(parser, items);
    }
    if (lower != 'd' && lower != 's' && lower != 'w')
        return STRIA_OK;
    *taken = true;
    parser->p += 2;
    return add_group(parser, items, find_group(sx_bytes_make(&lower, 1)), letter != lower);
}

/* ---- classes -------------------------------------------------------------------------------- */

/* [:name:] or [:^name:]; not taken if no ":]" follows. */
static stria_status take_named(struct sx_regex_parser *parser, bool *taken,
                               const struct sx_regex_item **items)
{
    const uint8_t *start = parser->p, *end = parser->end;
    *taken = false;
    if (end - start <= 2 || start[0] != '[' || start[1] != ':')
        return STRIA_OK;
    const uint8_t *close = start + 2;
    while (end - close >= 2 && !(close[0] == ':' && close[1] == ']'))
        close++;
    if (end - close < 2)
        return STRIA_OK;
    *taken = true;
    parser->p = close + 2;
    bool negated = start[2] == '^';
    const uint8_t *first = start + 2 + negated;
    const struct group *group = NULL;
    if (close - first > 1) /* one letter is not a name here */
        group = find_group(sx_bytes_make(first, (size_t)(close - first)));
    if (!group)
        return sx_regex_fail(parser, "invalid character class range", start, parser->p);
    return add_group(parser, items, group, negated);
}

static stria_status take_class_rune(struct sx_regex_parser *parser, const uint8_t *bracket,
                                    uint32_t *rune)
{
    if (parser->p == parser->end)
        return sx_regex_fail(parser, "missing closing ]", bracket, parser->end);
    if (*parser->p == '\\')
        return sx_regex_take_escape(parser, rune);
    return sx_regex_take_rune(parser, rune);
}

/* One code point, or a range of them. */
static stria_status take_range(struct sx_regex_parser *parser, const uint8_t *bracket,
                               const struct sx_regex_item **items)
{
    const uint8_t *start = parser->p;
    uint32_t first, last;
    stria_status st = take_class_rune(parser, bracket, &first);
    if (st)
        return st;
    last = first;
    /* A hyphen before the closing bracket stands for itself. */
    if (parser->end - parser->p >= 2 && parser->p[0] == '-' && parser->p[1] != ']') {
        parser->p++;
        st = take_class_rune(parser, bracket, &last);
        if (st)
            return st;
        if (last < first)
            return sx_regex_fail(parser, "invalid character class range", start, parser->p);
    }
    return add_range(parser, items, first, last);
}

stria_status sx_regex_take_class(struct sx_regex_parser *parser, struct sx_regex_node *node)
{
    const uint8_t *bracket = parser->p++;
    node->negated = parser->p < parser->end && *parser->p == '^';
    parser->p += node->negated;
    node->fold = false;
    node->as.items = NULL;
    /* A closing bracket that comes first stands for itself. */
    for (bool first = true; first || parser->p == parser->end || *parser->p != ']'; first = false) {
        bool taken;
        stria_status st = take_named(parser, &taken, &node->as.items);
        if (!st && !taken)
            st = sx_regex_take_group(parser, &taken, &node->as.items);
        if (!st && !taken) {
            st = take_range(parser, bracket, &node->as.items);
            node->fold = parser->flags & SX_REGEX_FOLD;
        }
        if (st)
            return st;
    }
    parser->p++;
    return STRIA_OK;
}
