# SPDX-License-Identifier: BSD-2-Clause
"""Entries that are refused, many in one boot, and what their messages must say."""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence

from .machine import Machine
from .messages import read_messages

CONSOLE_PROMPT = "Press (?:a key|Enter) to go on"
TO_FIRMWARE = "BdsDxe: failed to start|UEFI Interactive Shell"


@dataclass
class Row:
    """One refused entry. `wrong` and `mend` are regular expressions, any case, that its one message must hold."""

    name: str
    content: object  # the kernel file's bytes or path; None: there is no such file
    wrong: Sequence[str]
    mend: Sequence[str]
    lines: Sequence[str] = ()
    files: Dict[str, object] = field(default_factory=dict)
    key: str = "kernel"
    suffix: str = ".elf"
    named: Optional[str] = None  # the file that the message begins with, when it is not the kernel or the entry

    @property
    def path(self) -> str:
        return f"/{self.name}{self.suffix}"

    @property
    def file(self) -> str:
        return f"/loader/entries/{self.name}.conf"

    @property
    def subjects(self) -> Sequence[str]:
        return [self.named] if self.named else [self.path, self.file]

    def complaints(self, messages: Sequence[str]) -> List[str]:
        """What is wrong with all the errors that were said of this entry."""
        if len(messages) != 1:
            return [f"{self.name}: {len(messages)} errors: {messages}"]
        message = " ".join(messages[0].split())
        found = []
        if not re.match(rf"error: ({'|'.join(map(re.escape, self.subjects))}):", message):
            found.append(f"{self.name}: none of {self.subjects} is named in {message!r}")
        for what, expressions in (("wrong", self.wrong), ("mend", self.mend)):
            for expression in expressions:
                if not re.search(expression, message, re.IGNORECASE):
                    found.append(f"{self.name}: no {what} {expression!r} in {message!r}")
        return found


def volume(rows):
    files = {}
    for i, row in enumerate(rows):
        files[row.file] = f"{row.key} {row.path}\n" + "".join(f"{line}\n" for line in (f"sort-key {i:03}", *row.lines))
        if row.content is not None:
            files[row.path] = row.content
        files.update(row.files)
    return files


def read_on(machine, times=1):
    """Presses a key at each error."""
    for _ in range(times):
        machine.wait_for(CONSOLE_PROMPT, timeout=30)
        machine.send("\r")


def end_of_tries(machine):
    """The firmware has the machine again; what port 0xE9 has. Fails at an error more."""
    match = machine.wait_for(f"{TO_FIRMWARE}|{CONSOLE_PROMPT}", timeout=30)
    machine.e9.update()
    assert re.match(TO_FIRMWARE, match.group(0)), f"one error more: {read_messages(machine.e9.text)[-1]}"
    return machine.e9.text


def expect_refusal(machine: Machine, *words: str, timeout: float = 60) -> None:
    """The machine's one entry is refused, with all of these words."""
    machine.wait_for(f"^error: (.*\n)*?{CONSOLE_PROMPT}", timeout)
    text = " ".join(machine.serial.text.split("error: ")[-1].split())
    for word in words:
        assert word in text, text
