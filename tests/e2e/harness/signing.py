# SPDX-License-Identifier: BSD-2-Clause
"""Signatures that the firmware "secure" trusts: by the snakeoil key of Debian's OVMF, whose passphrase everybody knows."""

import subprocess
from pathlib import Path
from typing import Sequence

from .paths import tool

KEYS = Path("/usr/share/ovmf")
CERTIFICATE = KEYS / "PkKek-1-snakeoil.pem"


def run(words: Sequence[object]) -> None:
    done = subprocess.run([str(word) for word in words], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


class Signer:
    def __init__(self, folder: Path):
        """`folder` gets the key and what is signed."""
        self.folder = folder
        self.key = folder / "key.pem"
        self.count = 0
        run([tool("openssl"), "rsa", "-passin", "pass:snakeoil", "-in", KEYS / "PkKek-1-snakeoil.key", "-out", self.key])

    def __call__(self, program: Path) -> Path:
        """The same program, signed."""
        self.count += 1
        to = self.folder / f"signed{self.count}.efi"
        run([tool("sbsign"), "--key", self.key, "--cert", CERTIFICATE, "--output", to, program])
        return to
