/* SPDX-License-Identifier: BSD-2-Clause */
/* The wall clock's types (UEFI 2.10, section 8.3). */
#ifndef BATON_ABI_TIME_H
#define BATON_ABI_TIME_H

#include "abi/base.h"

#define EFI_UNSPECIFIED_TIMEZONE 2047 /* TimeZone: the clock shows local time, wherever that is */

#define EFI_TIME_ADJUST_DAYLIGHT 0x01U
#define EFI_TIME_IN_DAYLIGHT     0x02U

typedef struct EFI_TIME {
    uint16_t Year; /* 1900 to 9999 */
    uint8_t Month; /* 1 to 12 */
    uint8_t Day;   /* 1 to 31 */
    uint8_t Hour;
    uint8_t Minute;
    uint8_t Second;
    uint8_t Pad1;
    uint32_t Nanosecond;
    int16_t TimeZone; /* minutes, -1440 to 1440: local time = UTC - TimeZone */
    uint8_t Daylight;
    uint8_t Pad2;
} EFI_TIME;

ABI_SIZE(EFI_TIME, 16);
ABI_OFFSET(EFI_TIME, Year, 0);
ABI_OFFSET(EFI_TIME, Month, 2);
ABI_OFFSET(EFI_TIME, Day, 3);
ABI_OFFSET(EFI_TIME, Hour, 4);
ABI_OFFSET(EFI_TIME, Minute, 5);
ABI_OFFSET(EFI_TIME, Second, 6);
ABI_OFFSET(EFI_TIME, Pad1, 7);
ABI_OFFSET(EFI_TIME, Nanosecond, 8);
ABI_OFFSET(EFI_TIME, TimeZone, 12);
ABI_OFFSET(EFI_TIME, Daylight, 14);
ABI_OFFSET(EFI_TIME, Pad2, 15);

typedef struct EFI_TIME_CAPABILITIES {
    uint32_t Resolution; /* Hz */
    uint32_t Accuracy;   /* parts in 10^12 */
    BOOLEAN SetsToZero;
    uint8_t Padding[3];
} EFI_TIME_CAPABILITIES;

ABI_SIZE(EFI_TIME_CAPABILITIES, 12);
ABI_OFFSET(EFI_TIME_CAPABILITIES, Resolution, 0);
ABI_OFFSET(EFI_TIME_CAPABILITIES, Accuracy, 4);
ABI_OFFSET(EFI_TIME_CAPABILITIES, SetsToZero, 8);
ABI_OFFSET(EFI_TIME_CAPABILITIES, Padding, 9);

#endif
