/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs that the host command starts, and which package has them. */
#ifndef BATON_HOST_TOOLS_H
#define BATON_HOST_TOOLS_H

#include "error.h"
#include "pool.h"

/*
 * The path of the program `name`, from $PATH. STATUS_NOT_FOUND: it is missing; the error names the package that has
 * it.
 */
MUST_CHECK enum status host_tool_find(struct pool *pool, const char *name, const char **ret_path, struct error *error);

#endif
