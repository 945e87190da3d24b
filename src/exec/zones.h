/* SPDX-License-Identifier: Apache-2.0 */
/* zones.h -- the time zones that a query names, read from the system's zone files.
 *
 * Limits      Names are checked: no way leads out of the folder.
 * Threads     One owner. */
#ifndef SX_EXEC_ZONES_H
#define SX_EXEC_ZONES_H

#include "base/zone.h"
#include "os/os.h"

struct sx_zone_entry;

struct sx_zones {
    struct sx_os *os;
    struct sx_mem *mem;
    struct sx_zone_entry *entries;
};

void sx_zones_init(struct sx_zones *zones, struct sx_os *os, struct sx_mem *mem);
void sx_zones_deinit(struct sx_zones *zones);

/* `user` is a struct sx_zones. False: there is no such zone (or it cannot be read). The zone lives
 * as long as `zones`. */
bool sx_zones_find(void *user, struct sx_bytes name, const struct sx_zone **zone);

#endif
