# SPDX-License-Identifier: BSD-2-Clause
"""
Lies under chaos. Those about a run are told by the application itself (tests/efi/chaos_lies.c). Those about a whole
session are told here: what a sound one has said is changed.
"""

import re
from dataclasses import dataclass
from typing import Callable, Dict, List, Set

from . import chaos, chaos_run
from .chaos import Session
from .chaos_run import LINE, Run

NONE = "none"  # the rule that is broken by what is no lie


@dataclass
class Lie:
    name: str
    rule: str  # that it breaks
    caught: Set[str]


def read_lies(session: Session) -> List[Lie]:
    """What was told, and what was noticed. Of a run that was done again the last one counts."""
    lies: Dict[str, Lie] = {}
    for run in session.runs:
        for name, rule in re.findall(r"^inject: chaos lie (\S+) breaks (\S+)$", run.text, re.MULTILINE):
            lies[name] = Lie(name, rule, {broken for broken, _ in chaos_run.broken(session.scenario, run)})
    return list(lies.values())


# ---- sessions ----
Line = Dict[str, str]  # a run's, by the names in LINE
Change = Callable[[Line], List[Line]]  # what is said in its place


def say(line: Line) -> str:
    words = {**line, "run": line["number"], "number": line["which"]}
    return "inject: chaos " + " ".join(f"{key}={words[key]}" for key in (
        "run", "way", "number", "status", "service", "injected", "calls", "end", "result", "shown", "mute", "grown",
        "wrong"))


def retell(session: Session, change: Change, renumber: bool = True) -> Session:
    """The session with other runs. They are counted anew, so that nothing else tells that they are others."""
    said: List[str] = []
    runs: List[Line] = []
    for text in session.text.split("\n"):
        match = LINE.match(text)
        for line in change(match.groupdict()) if match else []:
            runs.append({**line, "number": str(len(runs) + 1)} if renumber else line)
            said.append(say(runs[-1]))
        if text.startswith("inject: chaos done "):
            injections = sum(line["injected"] != "0" for line in runs)
            said.append(f"inject: chaos done runs={len(runs)} injections={injections} wrong=0")
        elif not match:
            said.append(text)
    return Session(session.scenario, "\n".join(said), session.code)


def is_run(line: Line, way: str, which: int) -> bool:
    return (line["way"], line["which"]) == (way, str(which))


def spoken(line: Line, words: Dict[str, object]) -> Line:
    return {**line, **{key: str(value) for key, value in words.items()}}


def other(way: str, which: int, /, **words: object) -> Change:
    """Those runs are said to be other ones."""
    return lambda line: [spoken(line, words)] if is_run(line, way, which) else [line]


def twice(way: str, which: int, /, **words: object) -> Change:
    """Those runs come twice, the first time as `words` say."""
    return lambda line: [spoken(line, words), line] if is_run(line, way, which) else [line]


def drop(way: str, which: int) -> Change:
    return lambda line: [] if is_run(line, way, which) else [line]


def swap(way: str, which: int, with_which: int) -> Change:
    """Two calls change places."""
    places = {str(which): str(with_which), str(with_which): str(which)}
    return lambda line: [{**line, "which": places.get(line["which"], line["which"])} if line["way"] == way else line]


def last_of(session: Session, way: str) -> Run:
    return session.ways()[way][-1]


def changed(session: Session, old: str, new: str) -> Session:
    assert len(re.findall(old, session.text)) == 1
    return Session(session.scenario, re.sub(old, new, session.text), session.code)


LIES: Dict[str, Dict[str, Callable[[Session], Session]]] = {
    "numbers": {
        "a run is missing": lambda s: retell(s, drop("no", 0), renumber=False),
        "a number comes twice": lambda s: retell(s, twice("half", 2, grown=1), renumber=False),
    },
    "order": {
        "a call is left out": lambda s: retell(s, drop("half", 2)),
        "a call is another": lambda s: retell(s, other("half", 2, which=900)),
        "nothing of a way": lambda s: retell(s, lambda line: [] if line["way"] == "nones" else [line]),
        "calls change places": lambda s: retell(s, swap("half", 2, 3)),
    },
    "failures": {
        "a run comes twice": lambda s: retell(s, twice("none", 3)),
        "a failure is left out": lambda s: retell(s, other("none", 3, status=1)),
    },
    "repeated": {
        "the firmware grew": lambda s: retell(s, other("none", last_of(s, "none").which, grown=1)),
        "and grew again": lambda s: retell(s, lambda line: [{**line, "grown": "1"}] * 2 + [line]
                                           if is_run(line, "none", 3) else [line]),
    },
    "growth": {
        "it grows and grows": lambda s: retell(s, lambda line: [{**line, "grown": "1"}, line]),
    },
    "stale": {
        "too few": lambda s: retell(s, drop("stale", chaos.STALE_MOST)),
        "too many": lambda s: retell(s, lambda line: [line, {**line, "which": str(chaos.STALE_MOST + 1)}]
                                     if is_run(line, "stale", chaos.STALE_MOST) else [line]),
    },
    "last": {
        "the last fails": lambda s: retell(s, drop("halves", last_of(s, "halves").which)),
    },
    "injected": {
        "none fails": lambda s: retell(s, lambda line: [{**line, "injected": "0"} if line["way"] == "halves" else line]),
    },
    "code": {
        "another": lambda s: Session(s.scenario, s.text, 1),
    },
    "done": {
        "not the end": lambda s: changed(s, "inject: chaos done", "inject: chaos goes on"),
    },
    "counts": {
        "a run more": lambda s: changed(s, r"(?<=done )runs=", "runs=1"),
        "an injection more": lambda s: changed(s, " injections=", " injections=1"),
        "a wrong one": lambda s: changed(s, r"(?<=done )(.*) wrong=0", r"\1 wrong=1"),
    },
    "last-boot": {
        "no word from it": lambda s: changed(s, "chaos: ok", "chaos: no"),
    },
}


def unnoticed(session: Session) -> List[str]:
    """Lies about this session, which is a sound one, that are not noticed by their rule, or by others, too."""
    found = [f"no lie breaks {name}" for name in chaos.RULES if name not in LIES]
    for name, lies in LIES.items():
        for lie, tell in lies.items():
            caught = {broken for broken, _ in chaos.broken(tell(session))}
            if caught != {name}:
                found.append(f"{lie}: it breaks {name}, and was caught by {sorted(caught) or 'nobody'}")
    return found
