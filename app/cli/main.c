/* SPDX-License-Identifier: Apache-2.0 */
/* main.c -- the program `stria`: the server and all tools in one. */
#include "app/cli/cmd.h"

int main(int argc, char **argv)
{
    return sx_cli_main(argc, argv);
}
