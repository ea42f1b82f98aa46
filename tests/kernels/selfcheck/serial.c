/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 6: the serial port, which the firmware's SPCR table names, or which is SBI's. */
#include "selfcheck.h"

#include "memory.h"

#define SPCR_SUBTYPE 36
#define SPCR_SPACE   40 /* 0: memory */
#define SPCR_BITS    41 /* of a register */
#define SPCR_ADDRESS 44
#define SPCR_LEAST   52

/* Of the device tree this knows no more than it is told. */
static struct baton_serial promised_by_tree(const struct subject *subject)
{
    struct baton_serial serial = {.kind = BATON_SERIAL_PL011, .stride = 4};

    if (!option_number(subject->baton->command_line, "pl011", &serial.physical))
        return (struct baton_serial){0};
    serial.registers = direct(subject->baton, serial.physical);
    return serial;
}

/* What there is to be; kind 0: nothing. */
static struct baton_serial promised(const struct subject *subject)
{
    const struct acpi_header *table;
    const uint8_t *spcr;
    struct baton_serial serial = {0};

    if (MACHINE_SERIAL == SERIAL_SBI)
        serial.kind = BATON_SERIAL_SBI;
    if (MACHINE_SERIAL != SERIAL_SPCR)
        return serial;
    table = acpi_find(subject, "SPCR");
    if (!table || table->length < SPCR_LEAST)
        return promised_by_tree(subject);
    spcr = (const uint8_t *)table;
    if (spcr[SPCR_SPACE] != 0)
        return serial;
    switch (spcr[SPCR_SUBTYPE]) {
    case 0x00:
    case 0x01:
    case 0x12:
        serial.kind = BATON_SERIAL_16550;
        serial.stride = spcr[SPCR_BITS] / 8u;
        break;
    case 0x03:
    case 0x0d:
    case 0x0e:
        serial.kind = BATON_SERIAL_PL011;
        serial.stride = 4;
        break;
    default:
        return serial;
    }
    memcpy(&serial.physical, spcr + SPCR_ADDRESS, sizeof(serial.physical));
    serial.registers = direct(subject->baton, serial.physical);
    return serial;
}

static void check_serial(struct subject *subject)
{
    const struct baton_serial *serial = &subject->baton->serial;
    const struct baton_serial right = promised(subject);

    expect_equal("serial.kind", serial->kind, right.kind);
    expect_equal("serial.stride", serial->stride, right.stride);
    expect_equal("serial.physical", serial->physical, right.physical);
    expect_equal("serial.registers", (uint64_t)(uintptr_t)serial->registers, (uint64_t)(uintptr_t)right.registers);
    expect_equal("the fact serial", (subject->baton->facts & BATON_FACT_SERIAL) != 0, right.kind != 0);
}

static const struct check checks[] = {
    {"serial", check_serial},
};
const struct check_list serial_checks = {checks, COUNT(checks)};
