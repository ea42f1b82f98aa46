# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures of the tests of the build itself."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]


def clean_environment(**extra):
    """The environment without what an outer make, or the user, told it."""
    told = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CC", "BUILD", "BATON_DEPS", "DESTDIR", "PREFIX")
    return {**{name: value for name, value in os.environ.items() if name not in told}, **extra}


def run(*words, cwd=TREE, **extra):
    """A finished process, its two outputs in one text."""
    return subprocess.run([str(word) for word in words], cwd=cwd, env=clean_environment(**extra), text=True,
                          timeout=600, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture
def copy_tree():
    """copy_tree(folder): what `make` needs, and nothing that was built."""

    def copy(to):
        to.mkdir(parents=True)
        for name in ("Makefile", "VERSION"):
            shutil.copy2(TREE / name, to)
        for name in ("include", "loader", "mk", "tools"):
            shutil.copytree(TREE / name, to / name)
        return to

    return copy
