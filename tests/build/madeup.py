# SPDX-License-Identifier: BSD-2-Clause
"""Machines that are made up, for the scripts in mk/: a PATH that holds a few programs, some of which take notes."""

import shutil
import subprocess

from conftest import TREE

TOOLS = ("sh", "awk", "sed", "tr", "find", "head", "id", "cat", "env", "grep", "mkdir", "mv", "rm", "tar")


class Machine:
    def __init__(self, folder):
        self.bin, self.notes = folder / "bin", folder / "notes"
        self.bin.mkdir()
        self.notes.touch()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.add("id", "echo 0")

    def add(self, name, text):
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def add_manager(self, name):
        self.add(name, f'echo "{name} $*" >>"{self.notes}"')

    def install_is_noted_as(self):
        return [line for line in self.notes.read_text().splitlines() if " install " in line]

    def run(self, script, *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **environment):
        return subprocess.run([self.bin / "sh", TREE / "mk" / script, *arguments], text=True, stdin=stdin, stdout=stdout,
                              env={"PATH": str(self.bin), **environment}, stderr=subprocess.STDOUT, timeout=60)

    def deps(self, group="build", **options):
        return self.run("deps.sh", group, **options)
