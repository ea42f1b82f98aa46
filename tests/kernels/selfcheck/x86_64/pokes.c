/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies change that is no memory. */
#include "selfcheck.h"

static void put_back_port(uint64_t port, uint64_t before)
{
    port_write((uint16_t)port, (uint8_t)before);
}

void poke_port(uint16_t port, uint8_t value)
{
    poke_noted(put_back_port, port, port_read(port));
    port_write(port, value);
}

static void put_back_msr(uint64_t number, uint64_t before)
{
    msr_write((uint32_t)number, before);
}

void poke_msr(uint32_t number, uint64_t value)
{
    poke_noted(put_back_msr, number, msr_read(number));
    msr_write(number, value);
}

/* The register's number is in the place's lower bits, which are 0 in an I/O APIC's address. */
static void put_back_io_apic(uint64_t place, uint64_t before)
{
    mmio_write(place & ~0xffULL, (uint32_t)(place & 0xff));
    mmio_write((place & ~0xffULL) + 0x10, (uint32_t)before);
}

void poke_io_apic(uint64_t base, uint32_t number, uint32_t value)
{
    poke_noted(put_back_io_apic, base | number, io_apic_read(base, number));
    put_back_io_apic(base | number, value);
}
