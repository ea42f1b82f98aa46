# SPDX-License-Identifier: BSD-2-Clause
"""The loader's log, parsed: what it tried to boot, and what it said was wrong."""

import re
from typing import List, NamedTuple, Sequence


class Attempt(NamedTuple):
    path: str
    file: str
    messages: Sequence[str]  # "error: …", with the lines that belong to each


def read_messages(text: str) -> List[str]:
    """The errors in a log. A message may have many lines: it ends where the next one begins."""
    parts = re.split(r"^(?=(?:error|warning|info|debug): )", text, flags=re.MULTILINE)
    return [part for part in parts if part.startswith("error: ")]


def read_attempts(text: str) -> List[Attempt]:
    """Every entry that was tried, in order, with its errors."""
    pieces = re.split(r"^info: booting (\S+) \((\S+)\)$", text, flags=re.MULTILINE)
    return [Attempt(*pieces[i:i + 2], read_messages(pieces[i + 2])) for i in range(1, len(pieces), 3)]
