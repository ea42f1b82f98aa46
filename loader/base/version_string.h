/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_VERSION_STRING_H
#define BATON_VERSION_STRING_H

/* The build gives the version; a copy that is compiled by hand does without. */
#ifndef BATON_VERSION_STRING
#define BATON_VERSION_STRING "dev"
#endif

#endif
