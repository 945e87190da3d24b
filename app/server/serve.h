/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SX_APP_SERVER_SERVE_H
#define SX_APP_SERVER_SERVE_H
int sx_cli_serve(int argc, char **argv);
#endif
