/* SPDX-License-Identifier: Apache-2.0 */
/* main.c -- the program `stria`: the server and all tools in one. */
#include "app/cli/cmd.h"
#include "app/server/process.h"

int main(int argc, char **argv)
{
    sx_process_heap_init(0);
    return sx_cli_main(argc, argv);
}
