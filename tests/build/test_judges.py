# SPDX-License-Identifier: BSD-2-Clause
"""
Two judges look at a hand-off: the kernel selfcheck on a machine, tests/fake on the host. docs/testing.md says which of
their checks stand for each other. That table, the names in the sources, and the lies that show that checks can fail
belong together.
"""

import re
from collections import Counter

import pytest
from conftest import TREE

FAKE, SELFCHECK = TREE / "tests/fake", TREE / "tests/kernels/selfcheck"
TABLE_HEAD = "| selfcheck | judge, or why it has none |\n| --- | --- |\n"
NAME = re.compile(r"`([a-z0-9-]+)`")
REASON_WORDS = 5  # what is not judged on the host has a reason


def source(folder, pattern):
    return "\n".join(path.read_text() for path in sorted(folder.glob(pattern)))


def selfcheck_checks():
    """The names in its tables, those of each machine as well, and of the checks that are on none."""
    text = source(SELFCHECK, "[!l]*.c") + source(SELFCHECK, "*/[!l]*.c")
    tables = re.findall(r"struct check checks\[\] = \{(.*?)^\};", text, re.S | re.M)
    names = re.findall(r'\{"([^"]+)", \w+\}', "".join(tables)) + re.findall(r'check_run\("([^"]+)"', text)
    return list(dict.fromkeys(names))  # machines may have checks of the same name


def host_checks(which):
    """Identifier: name, of the judge's or of the verdict's."""
    listed = re.search(rf"#define {which}_CHECKS\(X\)(.*?)\n\n", (FAKE / "checks.h").read_text(), re.S)[1]
    return dict(re.findall(r'X\((\w+), "([^"]+)"\)', listed))


def rows():
    """(names of selfcheck's, names of the judge's, the right cell) of each row."""
    text = (TREE / "docs/testing.md").read_text()
    assert TABLE_HEAD in text
    lines = text.split(TABLE_HEAD)[1].split("\n\n")[0].splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines]
    return [(NAME.findall(left), NAME.findall(right), right) for left, right in cells]


def wrong_in_table(selfcheck, judge, table):
    """What does not fit, as lines."""
    left = Counter(name for names, _, _ in table for name in names)
    right = {name for _, names, _ in table for name in names}
    yield from (f"selfcheck's {name} is not in docs/testing.md" for name in selfcheck if name not in left)
    yield from (f"the judge's {name} is not in docs/testing.md" for name in judge if name not in right)
    yield from (f"docs/testing.md has {name}, no check of selfcheck's" for name in left if name not in selfcheck)
    yield from (f"docs/testing.md has {name}, no check of the judge's" for name in right if name not in judge)
    yield from (f"docs/testing.md has {name} twice" for name, count in left.items() if count > 1)
    yield from (f"docs/testing.md does not say why {mine or theirs} is alone" for mine, theirs, cell in table
                if not (mine and theirs) and len(NAME.sub("", cell).split()) < REASON_WORDS)


def test_both_judges_look_at_the_same():
    assert len(selfcheck_checks()) > 80 and len(host_checks("JUDGE")) > 60
    assert list(wrong_in_table(selfcheck_checks(), host_checks("JUDGE").values(), rows())) == []


@pytest.mark.parametrize("selfcheck,judge,table,wrong", (
    (["a", "b"], ["x"], [(["a"], ["x"], "`x`")], "selfcheck's b is not"),
    (["a"], ["x", "y"], [(["a"], ["x"], "`x`")], "the judge's y is not"),
    (["a"], ["x"], [(["a", "c"], ["x"], "`x`")], "has c, no check of selfcheck's"),
    (["a"], ["x"], [(["a"], ["x", "z"], "`x`, `z`")], "has z, no check of the judge's"),
    (["a"], ["x"], [(["a"], ["x"], "`x`"), (["a"], ["x"], "`x`")], "has a twice"),
    (["a"], [], [(["a"], [], "no")], "does not say why ['a'] is alone"),
))
def test_table_that_does_not_fit_is_noticed(selfcheck, judge, table, wrong):
    assert [line for line in wrong_in_table(selfcheck, judge, table) if wrong in line], wrong


def test_each_check_complains_at_one_place():
    """Then a lie that it notices is a lie that this place notices."""
    text = source(FAKE, "[!l]*.c")
    checks = {**host_checks("JUDGE"), **host_checks("VERDICT")}
    used = Counter(re.findall(r"CHECK_(\w+)", text))
    assert {name: used[name] for name in checks if used[name] != 1} == {}


def literals(strings):
    """Strings as C source has them, as they are when it runs."""
    return [string.replace('\\"', '"') for string in strings]


def complaints():
    """The formats of what the fake firmware itself complains of."""
    return literals(re.findall(r'fake_complain\(\s*"((?:[^"\\]|\\.)*)"', source(FAKE, "fake_*.c")))


def words_of_lies():
    """What lies wait for."""
    text = source(FAKE, "lies_*.c")
    text = re.sub(r"NOT_THERE\(\"\w+\"\)", re.search(r"define NOT_THERE\(service\) service (\".*\")", text)[1], text)
    return literals(re.findall(r'WORDS\(\s*"[^"]*",\s*"((?:[^"\\]|\\.)*)"', text))


def is_told(message, words):
    """Whether a lie waits for a part of the message that only this message has, as far as that can be seen here."""
    parts = [part for part in re.split(r"%(?:ll|z)?[a-z]", message) if len(part) >= 10]
    return any(part in word or word in part for part in parts for word in words)


def test_each_complaint_of_the_firmware_has_a_lie():
    assert len(complaints()) > 50
    assert [message for message in complaints() if not is_told(message, words_of_lies())] == []


@pytest.mark.parametrize("message,told", (
    ("FileSeek: odd arguments", False), ("the clock stands still", False),
    ("FreePool: nobody has pool memory at %p", True), ("%s was called, which the fake firmware does not have", True),
))
def test_complaint_without_a_lie_is_noticed(message, told):
    assert is_told(message, words_of_lies()) == told
