# SPDX-License-Identifier: BSD-2-Clause
"""One run of the loader under chaos: what the application says of it, what the loader said in it, and its rules."""

import re
from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple

from .chaos_scenarios import Scenario


@dataclass
class Run:
    """One line of the verdict, and what was said on port 0xE9 before."""

    number: int
    way: str
    which: int
    status: int
    service: str
    injected: int
    calls: int
    end: str
    result: int
    shown: int
    mute: int
    grown: int  # pages that the firmware took for itself; it is done again then
    wrong: int
    text: str

    @property
    def errors(self) -> List[str]:
        return re.findall(r"^error: .*$", self.text, re.MULTILINE)

    @property
    def mistakes(self) -> int:
        """Configuration files that were passed over."""
        passed_over = (r"error: (/loader/(loader\.conf|entries/[^:]|entries: cannot be )|/EFI/Linux: |"
                       "The volume for boot entries)")
        return sum(bool(re.match(passed_over, line)) for line in self.errors)

    @property
    def lacks_path(self) -> bool:
        """The volume's path is asked for once, and each entry that starts a program is refused without it."""
        return any("does not say where its volume is" in line for line in self.errors)

    @property
    def complaints(self) -> List[str]:
        """The application's own, each with the name of its rule before a colon."""
        return re.findall(r"^inject: chaos WRONG: (.*)$", self.text, re.MULTILINE)

    def __str__(self) -> str:
        return f"run {self.number} ({self.way} {self.which}, {self.service}, status {self.status}): {self.end}"


LINE = re.compile(r"^inject: chaos run=(?P<number>\d+) way=(?P<way>\w+) number=(?P<which>\d+) status=(?P<status>\d+) "
                  r"service=(?P<service>\S+) injected=(?P<injected>\d+) calls=(?P<calls>\d+) end=(?P<end>\w+) "
                  r"result=(?P<result>\w+) shown=(?P<shown>\d+) mute=(?P<mute>\d+) grown=(?P<grown>-?\d+) "
                  r"wrong=(?P<wrong>\d+)$", re.MULTILINE)


def read_runs(text: str) -> List[Run]:
    runs, start = [], 0
    for match in LINE.finditer(text):
        words = {key: value if key in ("way", "service", "end") else int(value, 0)
                 for key, value in match.groupdict().items()}
        runs.append(Run(text=text[start:match.start()], **words))
        start = match.end()
    return runs


Rule = Callable[[Scenario, Run], str]
RULES: Dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """What is judged here, beside the application's own rules. The function says what is wrong; nothing when all is well."""

    def add(function: Rule) -> Rule:
        RULES[name] = function
        return function

    return add


@rule("arrived")
def every_complaint_arrived(_: Scenario, run: Run) -> str:
    found = len(run.complaints)
    return f"{run.wrong} complaints, of which {found} arrived" if found != run.wrong else ""


@rule("silent")
def no_end_is_silent(_: Scenario, run: Run) -> str:
    return "not a word was said" if run.end in ("returned", "reset") and not run.errors else ""


@rule("last-words")
def reset_comes_after_last_words(_: Scenario, run: Run) -> str:
    return "no last words" if run.end == "reset" and "restarts in 10 seconds" not in run.text else ""


@rule("untroubled")
def untroubled_run_has_its_errors(scenario: Scenario, run: Run) -> str:
    errors = len(run.errors)
    if run.way != "no" or errors == scenario.errors:
        return ""
    return f"nothing failed, and there are {errors} errors instead of {scenario.errors}"


@rule("errors")
def errors_are_few(scenario: Scenario, run: Run) -> str:
    """One for each entry that was tried, and one for each file that was passed over."""
    once = run.way in ("once", "half", "none") and not run.lacks_path
    most = min(scenario.errors + 1, scenario.entries) if once else scenario.entries
    if len(run.errors) <= most + run.mistakes:
        return ""
    return f"{len(run.errors)} errors, {run.mistakes} of them of configuration files"


@rule("mistakes")
def one_failure_is_one_mistake(_: Scenario, run: Run) -> str:
    if run.way != "once" or run.mistakes <= 1:
        return ""
    return f"one failure made {run.mistakes} configuration files be passed over"


@rule("shown")
def errors_are_shown(_: Scenario, run: Run) -> str:
    if run.end == "reset" or run.mute > 0 or run.shown == len(run.errors):
        return ""
    return f"of {len(run.errors)} errors the console showed {run.shown}"


@rule("result")
def result_tells_of_errors(_: Scenario, run: Run) -> str:
    """A firmware goes by that. What errors came before a program that came back content is of no account."""
    if run.end == "program" and run.result != 0:
        return f"a program came back content, and the loader returned {run.result:#x}"
    if run.end != "returned" or (run.result >> 63 == 1) == bool(run.errors):
        return ""
    return f"with {len(run.errors)} errors the loader returned {run.result:#x}"


def broken(scenario: Scenario, run: Run) -> List[Tuple[str, str]]:
    """The names of the rules that the run breaks, each with what is wrong; the application's own first."""
    found = [tuple(complaint.split(": ", 1)) for complaint in run.complaints]
    return found + [(name, words) for name, judge in RULES.items() for words in [judge(scenario, run)] if words]
