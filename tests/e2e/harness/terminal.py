# SPDX-License-Identifier: BSD-2-Clause
"""What a person at the serial line sees: pyte, which is a terminal, is given all that the machine has written."""

import time
from typing import Callable, List

import pyte

from .machine import POLL, Machine

COLUMNS, ROWS = 100, 50  # OVMF's console has 100 × 31 with a screen, and 80 × 50 without


class Terminal:
    def __init__(self, machine: Machine):
        self.machine = machine
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._read = 0

    def lines(self) -> List[str]:
        """The rows as they are now, without the blanks at their ends."""
        with open(self.machine.folder / "serial.log", "rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        self._stream.feed(new)
        return [line.rstrip() for line in self._screen.display]

    def text(self) -> str:
        return "\n".join(self.lines())

    def wait(self, is_there: Callable[[str], object], what: str, timeout: float = 60) -> str:
        """Waits until the screen is so, and returns it."""
        deadline = time.monotonic() + timeout
        while True:
            text = self.text()
            if is_there(text):
                return text
            if self.machine.process.poll() is not None or time.monotonic() > deadline:
                self.machine.fail(f"the screen never had {what}; it is\n{text}")
            time.sleep(POLL)

    def wait_for(self, words: str, timeout: float = 60) -> str:
        """Waits until the screen has these words."""
        return self.wait(lambda text: words in text, repr(words), timeout)

    def type(self, keys: str, words: str) -> str:
        """Types, and waits for words that are there then."""
        self.machine.send(keys)
        return self.wait_for(words)
