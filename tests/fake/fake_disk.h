/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two disks, which have the same partitions: number 1, which files are booted from, and number 6, of which a setup says
 * whether it is there. The loader comes from the first disk, and must not look at the other one.
 */
#ifndef BATON_FAKE_DISK_H
#define BATON_FAKE_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/boot_services.h"

/* What is wrong with the boot disk's partition table. */
enum fake_damage {
    FAKE_NO_DAMAGE,
    FAKE_HEADER_GONE,    /* the first header: there is something else */
    FAKE_HEADER_DAMAGED, /* it has a wrong checksum */
    FAKE_TABLE_DAMAGED,  /* the table behind it has */
    FAKE_BOTH_DAMAGED,   /* both headers */
};

/* The partition that may be beside the boot partition, and the disk that both are on. */
struct fake_second {
    bool is_there;
    bool is_spare;       /* what is booted does not come from it */
    bool has_other_type; /* than that of an extended boot loader partition */
    bool is_lost;        /* its volume cannot be opened */
    bool is_double;      /* the table has another such partition */
    bool is_unconnected; /* the firmware has no handle for it until its disk is connected */
    bool is_no_volume;   /* and then neither */
    bool is_untold;      /* the firmware does not tell what it has read of the partition table */
    enum fake_damage damage;
    uint64_t bad_block;  /* that cannot be read; 0: none */
    uint32_t block_size; /* bytes; 0: 512 */
};

/* The disks, and the paths that lead to them and to their partitions. */
void fake_disk_start(void);
void fake_disk_install(EFI_BOOT_SERVICES *boot);

/* Whether a boot may end when the second partition cannot be used. */
bool fake_second_is_vital(void);

EFI_HANDLE fake_second_device(void);
bool fake_second_is_connected(void);

/* The blocks of the boot disk and of the other one. */
EFI_HANDLE fake_boot_disk(void);
EFI_HANDLE fake_other_disk(void);

#endif
