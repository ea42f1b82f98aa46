#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Writes C that lists the loader's messages: the format of every error_set in the files that are named.

usage: mk/messages.py FILE...
"""

import re
import sys
from pathlib import Path

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\w+|\S', re.DOTALL)
TEXT_MACRO = re.compile(r'^#define (\w+) (".*")$', re.MULTILINE)
FORMAT = 2  # which argument of error_set it is, counted from 0


def tokens_of(text):
    return [token for token in TOKEN.findall(text) if not token.startswith(("/*", "//"))]


def arguments_of(tokens):
    """The arguments of a call, as lists of tokens; `tokens` begin behind the opening bracket."""
    arguments, depth = [[]], 0
    for token in tokens:
        if token == ")" and depth == 0:
            return arguments
        depth += (token in "([{") - (token in ")]}")
        if token == "," and depth == 0:
            arguments.append([])
        else:
            arguments[-1].append(token)
    raise ValueError("a call without an end")


def messages_of(path):
    """The formats as C has them: one or more string literals each."""
    text = path.read_text()
    macros = dict(TEXT_MACRO.findall(text))
    tokens = tokens_of(text)
    for i, token in enumerate(tokens):
        if token != "error_set":
            continue
        literals = [macros.get(part, part) for part in arguments_of(tokens[i + 2:])[FORMAT]]
        if not literals or not all(literal.startswith('"') for literal in literals):
            raise ValueError(f"{path}: the format of an error_set is not written where it is used: {literals}")
        yield " ".join(literals)


def main(paths):
    messages = sorted({message for path in paths for message in messages_of(Path(path))})
    print("/* Made by mk/messages.py. */\n#include \"messages.h\"\n\nconst char *const loader_messages[] = {")
    print("".join(f"    {message},\n" for message in messages) + "    0,\n};")


if __name__ == "__main__":
    main(sys.argv[1:])
