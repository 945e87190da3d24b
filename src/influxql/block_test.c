/* SPDX-License-Identifier: Apache-2.0 */
/* block_test.c -- what names mean once it is known what is stored: wildcards, types, columns. */
#include "influxql/block.h"

#include "influxql/select_fixture_test.h"

static void test_wildcards_and_names_become_columns(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT * FROM cpu",
         "cpu(time,b,f,host,i,region,s,u) 0,true,1.5,a,3,eu,x, 0,,10,b,5,us,,7 5,,0.5,,2,eu,, "
         "10,,2.5,a,-1,eu,y, 15,false,-2,b,,us,, 20,,4,a,,eu,, 30,,3,b,,us,z, 40,,,a,7,eu,,"},
        {"SELECT *::tag, f FROM cpu", "cpu(time,host,region,f) 0,a,eu,1.5 0,b,us,10 5,,eu,0.5 "
                                      "10,a,eu,2.5 15,b,us,-2 20,a,eu,4 30,b,us,3"},
        {"SELECT *::field FROM mem", "mem(time,f,i) 10,8,1 25,9,"},
        {"SELECT /^[fi]$/ FROM mem", "mem(time,f,i) 10,8,1 25,9,"},
        {"SELECT * FROM cpu GROUP BY host",
         "cpu{host=}(time,b,f,i,region,s,u) 5,,0.5,2,eu,,; cpu{host=a}(time,b,f,i,region,s,u) "
         "0,true,1.5,3,eu,x, 10,,2.5,-1,eu,y, 20,,4,,eu,, 40,,,7,eu,,; "
         "cpu{host=b}(time,b,f,i,region,s,u) 0,,10,5,us,,7 15,false,-2,,us,, 30,,3,,us,z,"},
        {"SELECT max(*) FROM cpu", "cpu(time,max_b,max_f,max_i,max_u) 0,true,10,7,7"},
        {"SELECT max(/f|i/) FROM cpu", "cpu(time,max_f,max_i) 0,10,7"},
        {"SELECT count(*) FROM mem", "mem(time,count_f,count_i) 0,2,1"},
        {"SELECT f FROM mem GROUP BY /host|x/", "mem{host=a}(time,f) 10,8 25,9"},
        {"SELECT f FROM mem GROUP BY none", "mem{none=}(time,f) 10,8 25,9"},
        {"SELECT f, f, f AS f FROM mem", "mem(time,f_1,f_2,f) 10,8,8,8 25,9,9,9"},
        {"SELECT f + i, f + i FROM mem", "mem(time,f_i,f_i_1) 10,9,9 25,,"},
        {"SELECT mean(f) AS m, max(f) FROM mem", "mem(time,m,max) 0,8.5,9"},
        {"SELECT mean(f + i) FROM mem", "error: expected field argument in mean()"},
        {"SELECT f::float, f::string, f::tag FROM mem", "mem(time,f,f_1,f_2) 10,8,, 25,9,,"},
        {"SELECT host::field FROM cpu", ""},
        {"SELECT /none/ FROM mem", ""},
        {"SELECT *::tag FROM mem", ""},
        {"SELECT (f), -i FROM mem", "mem(time,f,i) 10,8,-1 25,9,"},
        {"SELECT percentile(*, 50) FROM mem", "mem(time,percentile_f,percentile_i) 0,8,1"},
        {"SELECT derivative(*) FROM mem",
         "mem(time,derivative_f,derivative_i) 25,66666666.66666667,"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wildcards_and_names_become_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
