# SPDX-License-Identifier: BSD-2-Clause
"""
docs/firmware.md and the tests name the same: every switch of the fake firmware stands in a last column there, and what
stands in one exists. And what came by chance on the fake firmware comes again from its seed.
"""

import os
import re
from pathlib import Path

from conftest import TREE, run

FAULT = Path(os.environ.get("BATON_BUILD") or TREE / "build").resolve() / "tests" / "fault"
FIRST, CASES, ALONE = 0x5eed, 1500, 12
SWITCH = r"[A-Z][A-Z_]+"


def read(path):
    return (TREE / path).read_text()


def rows(text):
    """The rows of all tables whose last column says what tests a fact: a list of cells each."""
    found, columns = [], 0
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            columns = 0
        elif cells[-1] == "tested by":
            columns = len(cells)
        elif columns and not set(line) <= set("| -"):
            assert len(cells) == columns, f"not {columns} cells: {line}"
            found.append(cells)
    return found


ROWS = rows(read("docs/firmware.md"))
SPANS = {span for row in ROWS for span in re.findall(r"`([^`]+)`", row[-1])}
SWITCHES = set(re.findall(rf"^    X\(({SWITCH}), \"", read("tests/fake/fake_quirks.h"), re.M))


def test_there_is_something_to_compare():
    assert len(ROWS) > 60 and len(SWITCHES) > 40


def test_switches():
    named = {span for span in SPANS if re.fullmatch(SWITCH, span)}
    assert SWITCHES - named == set(), "docs/firmware.md does not say what these are for"
    assert named - SWITCHES == set(), "docs/firmware.md names switches that the fake firmware does not have"


def is_there(span):
    if re.fullmatch(SWITCH, span):
        return True  # test_switches
    if span.endswith("="):
        return f'{{"{span[:-1]}", ' in read("tests/efi/settings.c")
    path, _, function = span.partition("::")
    if path.endswith(".py"):
        file = TREE / "tests/e2e" / path
        return file.exists() and re.search(rf"^def {function}\(", file.read_text(), re.M) is not None
    return path.endswith(".c") and not function and (TREE / "tests/unit" / path).exists()


def test_what_is_named_exists():
    assert {span for span in SPANS if not is_there(span)} == set()
    scenarios = {name for row in ROWS for name in re.findall(r'scenario "([^"]+)"', row[-1])}
    assert len(scenarios) > 5
    makers = "".join(file.read_text() for file in sorted((TREE / "tests/fake").glob("scenarios*.c")))
    assert {name for name in scenarios if f'{{"{name}", make_' not in makers} == set()


def test_files_exist():
    files = {span for row in ROWS for cell in row[:-1] for span in re.findall(r"`([a-z0-9_/]+\.[cS])`", cell)}
    assert len(files) > 20
    assert {file for file in files if not (TREE / "loader" / file).exists()} == set()


def test_every_row_is_tested():
    known = re.compile(rf"`{SWITCH}`|`[a-z0-9-]+=`|`test_\w+\.(py::\w+|c)`|scenario \"|always: \w|none: \w")
    assert [row[0] for row in ROWS if not known.search(row[-1])] == []


def cases(seeds):
    """What each case came to, by its seed: its calls, its verdict, and a number for all else."""
    assert FAULT.exists(), "make fault-program"
    made = run(FAULT, *(hex(seed) for seed in seeds))
    assert made.returncode == 0, made.stdout
    told = dict(re.findall(r"^  (0x\w+): (.* calls, .* complaints, digest \w{16})$", made.stdout, re.M))
    assert list(told) == [hex(seed) for seed in seeds], made.stdout
    return told


def test_a_case_is_its_seed():
    """Whatever ran before in the same process, and alone, as somebody sees it again who was told the seed."""
    seeds = range(FIRST, FIRST + CASES)
    first = cases(seeds)
    assert len(set(first.values())) > CASES * 9 // 10, "they are all alike: tests nothing"
    ends = {re.match(r".*: (.*) after \d+ calls", told)[1] for told in first.values()}
    assert ends == {"returned to the firmware", "jumped", "reset the machine", "started an image for good",
                    "restarted the machine as it was asked to", "waited for a person"}
    assert cases(seeds[::-1]) == first
    for seed in seeds[::CASES // ALONE]:
        assert cases([seed]) == {hex(seed): first[hex(seed)]}
