/* SPDX-License-Identifier: BSD-2-Clause */
#include "wall_clock.h"

#include "clock.h"
#include "log.h"

bool wall_clock_read(const struct firmware *firmware, uint64_t *ret_seconds)
{
    EFI_TIME time = {0};
    EFI_STATUS status = firmware->system->RuntimeServices->GetTime(&time, NULL);

    if (status == EFI_SUCCESS && clock_seconds(
                                     &(struct clock_reading){
                                         .year = time.Year,
                                         .month = time.Month,
                                         .day = time.Day,
                                         .hour = time.Hour,
                                         .minute = time.Minute,
                                         .second = time.Second,
                                         .zone = time.TimeZone,
                                         .has_zone = time.TimeZone != EFI_UNSPECIFIED_TIMEZONE,
                                         .in_daylight = (time.Daylight & EFI_TIME_IN_DAYLIGHT) != 0,
                                     },
                                     ret_seconds))
        return true;
    log_info("no wall clock (%s)", status == EFI_SUCCESS ? "what it shows is no date" : firmware_status_name(status));
    return false;
}

bool wall_clock_look(const struct firmware *firmware, EFI_TIME *ret_time)
{
    EFI_TIME time = {0};

    if (firmware->system->RuntimeServices->GetTime(&time, NULL) != EFI_SUCCESS)
        return false;
    *ret_time = time;
    return true;
}
