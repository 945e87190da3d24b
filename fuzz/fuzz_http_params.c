/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_http_params.c -- what clients and configuration files say: forms, multipart bodies, bound
 * parameters, header values, targets, addresses, settings. The first byte chooses. */
#include "app/server/address.h"
#include "app/server/exchange.h"
#include "app/server/header.h"
#include "app/server/json_in.h"
#include "app/server/multipart.h"
#include "app/server/settings.h"
#include "app/server/settings_value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

/* A copy that may be changed, with a NUL behind it. */
static char *copy_of(struct sx_bytes in)
{
    char *text = malloc(in.len + 1);
    CHECK(text);
    if (in.len)
        memcpy(text, in.ptr, in.len);
    text[in.len] = 0;
    return text;
}

static void check_params(const struct sx_params *params, const char *text, size_t size)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct sx_param *param = &params->items[i];
        const char *value = (const char *)param->value.ptr;
        CHECK(value >= text && value + param->value.len <= text + size);
        CHECK(value[param->value.len] == 0);
        CHECK(param->name.len == 0 || ((const char *)param->name.ptr >= text &&
                                       (const char *)param->name.ptr < text + size));
    }
    (void)sx_params_get(params, "q");
}

static void check_form(struct sx_mem *mem, struct sx_bytes in, bool multipart)
{
    char *text = copy_of(in);
    struct sx_params params;
    sx_params_init(&params, mem);
    stria_status st = multipart ? sx_multipart_add(&params, text, in.len, SX_LITERAL("B"), NULL)
                                : sx_params_add_form(&params, text, in.len, NULL);
    CHECK(st == STRIA_OK || st == STRIA_LIMIT || (multipart && st == STRIA_INVALID));
    check_params(&params, text, in.len);
    sx_params_deinit(&params);
    free(text);
}

static void check_json(struct sx_mem *mem, struct sx_bytes in)
{
    struct sx_query_params params;
    stria_error err = {0};
    sx_query_params_init(&params, mem);
    stria_status st = sx_query_params_read(&params, in, &err);
    CHECK(st == STRIA_OK || err.text[0]);
    for (size_t i = 0; i < params.count && !st; i++)
        CHECK(params.items[i].name && params.items[i].type <= STRIA_STRING);
    sx_query_params_deinit(&params);
}

static void check_headers(struct sx_bytes in)
{
    static const char *const types[] = {"application/json", "text/csv"};
    struct sx_bytes value = SX_LITERAL("");
    char text[100];
    int choice = sx_header_accept(in, types, 2);
    CHECK(choice >= -1 && choice < 2);
    (void)sx_header_accepts_coding(in, "gzip");
    if (sx_header_parameter(in, "name", &value))
        CHECK(value.len <= in.len);
    CHECK(sx_multipart_boundary(in).len <= SX_BOUNDARY_SIZE_MAX);
    (void)sx_header_text(text, sizeof text, in);
    CHECK(strlen(text) < sizeof text && !strpbrk(text, "\r\n"));
}

static void check_target(struct sx_bytes in)
{
    char *text = copy_of(in);
    struct sx_exchange exchange = {.target = text, .target_size = strlen(text)};
    size_t size = exchange.target_size;
    if (sx_exchange_split_target(&exchange))
        CHECK(strlen(exchange.path) + strlen(exchange.query) <= size);
    free(text);
}

static void check_address(struct sx_bytes in)
{
    struct sx_address address;
    stria_error err = {0};
    if (sx_address_parse(in, &address, &err))
        CHECK(err.text[0]);
    else
        CHECK(strlen(address.host) < sizeof address.host);
}

static void check_settings(struct sx_bytes in)
{
    static struct sx_settings settings;
    stria_error err = {0};
    sx_settings_init(&settings);
    if (sx_settings_read(&settings, in, "f", &err))
        CHECK(err.text[0]);
    CHECK(strlen(settings.data) > 0 && settings.io_threads >= 1 && settings.io_threads <= 64);
    uint64_t number, again;
    char text[SX_SIZE_TEXT_MAX];
    if (sx_size_parse(in, &number) == STRIA_OK) {
        sx_size_write(text, number);
        CHECK(sx_size_parse(sx_bytes_of(text), &again) == STRIA_OK && again == number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct sx_bytes in = sx_bytes_make(data + 1, size - 1);
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "fuzz", 0);
    switch (data[0] % 7) {
    case 0:
        check_form(&mem, in, false);
        break;
    case 1:
        check_form(&mem, in, true);
        break;
    case 2:
        check_json(&mem, in);
        break;
    case 3:
        check_headers(in);
        break;
    case 4:
        check_target(in);
        break;
    case 5:
        check_address(in);
        break;
    default:
        check_settings(in);
        break;
    }
    sx_mem_deinit(&mem);
    return 0;
}
