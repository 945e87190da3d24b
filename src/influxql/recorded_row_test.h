/* SPDX-License-Identifier: Apache-2.0 */
/* recorded_row_test.h -- a query that InfluxDB 1.12 answered, and its words if it refused it. */
#ifndef SX_INFLUXQL_RECORDED_ROW_TEST_H
#define SX_INFLUXQL_RECORDED_ROW_TEST_H

#include "stria.h"

struct recorded {
    const char *query;
    const stria_param *params;
    size_t param_count;
    bool is_parse_error;
    size_t statement;  /* that fails, if one does */
    const char *error; /* NULL: no check may fail */
};

#endif
