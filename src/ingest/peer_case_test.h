/* SPDX-License-Identifier: Apache-2.0 */
/* peer_case_test.h -- one recorded write of the tables peer_values_test.h and peer_lines_test.h. */
#ifndef SX_INGEST_PEER_CASE_TEST_H
#define SX_INGEST_PEER_CASE_TEST_H

#include "base/bytes.h"
#include "stria.h"

struct peer_case {
    const char *test; /* cases of one test were written to one database, in this order */
    struct sx_bytes body;
    stria_precision precision;
    struct sx_bytes answer; /* empty: everything was stored */
    struct sx_bytes stored; /* the value of field v as text, if a query told it */
};

#define BODY(...)                                                                                  \
    {                                                                                              \
        (const uint8_t *)("" __VA_ARGS__), sizeof("" __VA_ARGS__) - 1                              \
    }

#endif
