/* SPDX-License-Identifier: BSD-2-Clause */
/* What a mapping allows. Every mapping can be read. */
#ifndef BATON_PERMISSIONS_H
#define BATON_PERMISSIONS_H

#define PERMIT_READ            0u
#define PERMIT_WRITE           1u
#define PERMIT_EXECUTE         2u
#define PERMIT_WRITE_COMBINING 4u /* uncached, writes combined: for framebuffers */
#define PERMIT_DEVICE          8u /* uncached and in order: for registers */

#endif
