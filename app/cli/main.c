/* SPDX-License-Identifier: Apache-2.0 */
/* main.c -- LOCAL ONLY. */
#include "app/server/serve.h"
#include <string.h>
int main(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "serve") == 0 ? sx_cli_serve(argc - 1, argv + 1) : 2;
}
