/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI images for scenarios: sound headers, and nothing that could run. They last until the program's end. */
#ifndef BATON_FAKE_PE_H
#define BATON_FAKE_PE_H

#include "made_pe.h"

/* An image whose headers are these, with zeros behind them. */
struct bytes fake_pe(const struct made_pe *pe);

/* The same, of 128 KiB; there can be one. */
struct bytes fake_pe_large(const struct made_pe *pe);

/* An EFI application. */
struct bytes fake_pe_program(void);

/* A unified kernel image: .osrel holds `release`, and .cmdline `options` unless that is NULL. */
struct bytes fake_pe_unified(const char *release, const char *options);

#endif
