#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the fuzz targets that mk/fuzz.mk builds.

usage: mk/fuzz.py list
       mk/fuzz.py run FOLDER SECONDS TARGET...
       mk/fuzz.py smoke FOLDER
       mk/fuzz.py distil FOLDER [TARGET...]
       mk/fuzz.py coverage FOLDER FOLDER-WITH-COVERAGE [TARGET...]

FOLDER holds the programs; in it, corpus/TARGET gets what a run finds, and crashes/ what makes a target fail. `distil`
puts a few of those that reach most into the tree.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
SOURCES = TREE / "tests" / "fuzz"
SMOKE_RUNS = 3000
SMOKE_TIMEOUT = 120
# What the tree gets of a corpus: a few small files, how large one may be, and all of them together. The whole loader
# has more ways than any part of it.
DISTIL = {"loader": (120, 700, 40960)}
DISTIL_USUAL = (12, 700, 4096)


def targets():
    return sorted(path.stem.removeprefix("fuzz_") for path in SOURCES.glob("fuzz_*.c"))


def corpora(folder, target):
    """The folder that a run may write to, then those that it reads: what was found before, and the tree's."""
    found = folder / "corpus" / target
    found.mkdir(parents=True, exist_ok=True)
    own = SOURCES / "corpus" / target
    return [str(found)] + ([str(own)] if own.is_dir() else [])


def command(folder, target, *options):
    crashes = folder / "crashes"
    crashes.mkdir(parents=True, exist_ok=True)
    words = [str(folder / target), f"-artifact_prefix={crashes}/{target}-", "-timeout=10", "-rss_limit_mb=2048"]
    dictionary = SOURCES / "dictionaries" / f"{target}.dict"
    return [*words, *options, *([f"-dict={dictionary}"] if dictionary.exists() else [])]


def statistics(output):
    """(executions, edges) out of what libFuzzer said."""
    runs = re.findall(r"^(?:stat::number_of_executed_units: +|#)(\d+)", output, re.M)
    edges = re.findall(r"cov: (\d+)", output)
    return (int(runs[-1]) if runs else 0, int(edges[-1]) if edges else 0)


def run(folder, seconds, names):
    failed = []
    for target in names:
        result = subprocess.run(
            command(folder, target, f"-max_total_time={seconds}", "-print_final_stats=1", "-print_coverage=1",
                    "-max_len=4096", *corpora(folder, target)),
            cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = result.stdout.decode(errors="replace")
        executions, edges = statistics(output)
        functions = len(re.findall(r"^COVERED_FUNC: ", output, re.M))
        if result.returncode != 0:
            failed.append(target)
            print(re.sub(r"^(UN)?COVERED_.*\n|^  UNCOVERED_PC.*\n", "", output, flags=re.M))
        print(f"{target}: {executions} executions, {edges} edges in {functions} functions, {seconds} seconds, "
              f"{'FAILED, see ' + str(folder / 'crashes') if result.returncode else 'nothing found'}", flush=True)
    return 1 if failed else 0


def reason(output):
    """
    Why a run failed, in a line that says enough when it is all that is left: the loader's verdict, the condition that
    was broken, the end of libFuzzer's report, and the input.
    """
    told = re.findall(r"^---- the loader .*?(?=^---- the log|^==)", output, re.M | re.S)
    lines = told[-1].splitlines()[-4:] if told else []
    lines += re.findall(r"^(?:.*: this is not so: |SUMMARY: |Base64: ).*", output, re.M)
    return "; ".join(dict.fromkeys(lines)) or output[-300:]


def seed():
    """A number that is another one when the loader or the tests of it are."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in ("include", "loader", "tests/fake", "tests/fuzz")
                       for path in (TREE / folder).rglob("*.[chS]")):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:4], "big") >> 1 | 1


def smoke_one(folder, target):
    """
    The tree's corpus, then a few thousand changed inputs: others with each change of the sources, and with the same
    sources the same each time and everywhere, as far as libFuzzer lets it. So seeds go in the order of names, which a
    folder need not have, and what comparisons tell is left out, since pointers are among what is compared.
    """
    own = sorted(str(path) for path in (SOURCES / "corpus" / target).glob("*"))
    with tempfile.TemporaryDirectory() as found, tempfile.NamedTemporaryFile("w") as seeds:
        seeds.write(",".join(own))
        seeds.flush()
        words = command(folder, target, f"-runs={SMOKE_RUNS}", f"-seed={seed()}", "-max_len=2048", "-print_final_stats=1",
                        "-use_cmp=0", *([f"-seed_inputs=@{seeds.name}"] if own else []))
        try:
            result = subprocess.run([*words, found], cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, timeout=SMOKE_TIMEOUT)
        except subprocess.TimeoutExpired:
            return target, False, 0, "timed out"
    output = result.stdout.decode(errors="replace")
    executions = statistics(output)[0]
    return target, result.returncode == 0 and executions >= SMOKE_RUNS, executions, output


def smoke(folder):
    """(target, passed, executions, output) of each; nothing is written but to crashes/."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda target: smoke_one(folder, target), targets()))


def features(folder, target):
    """{file: what it reaches, in libFuzzer's numbers}, of all files that there are for a target."""
    with tempfile.TemporaryDirectory() as empty:
        control, merged = Path(empty, "control"), Path(empty, "merged")
        merged.mkdir()
        subprocess.run([folder / target, "-set_cover_merge=1", f"-merge_control_file={control}", merged,
                        *corpora(folder, target)], cwd=TREE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=True)
        lines = control.read_text().splitlines()
    files = [Path(line) for line in lines[2:2 + int(lines[0])]]
    return {files[int(number)]: set(rest.split()) for number, rest in
            re.findall(r"^FT (\d+)(.*)$", "\n".join(lines), re.M)}


def distil(folder, names):
    for target in names:
        own = SOURCES / "corpus" / target
        own.mkdir(parents=True, exist_ok=True)
        reached = features(folder, target)
        kept = [path for path in reached if path.parent.samefile(own) and not path.name.startswith("found-")]
        known = set().union(*(reached[path] for path in kept))
        size = {path: path.stat().st_size for path in reached}
        chosen = []
        most, largest, total = DISTIL.get(target, DISTIL_USUAL)
        while len(chosen) < most and len(chosen) + len(kept) < most + 3:
            room = min(largest, total - sum(size[path] for path in chosen))
            best = max((path for path in reached if size[path] <= room),
                       key=lambda path: (len(reached[path] - known), -size[path]), default=None)
            if best is None or not reached[best] - known:
                break
            known |= reached[best]
            chosen.append(best)
        contents = [path.read_bytes() for path in chosen]
        for old in own.glob("found-*"):
            old.unlink()
        for content in contents:
            (own / f"found-{hashlib.sha1(content).hexdigest()[:8]}").write_bytes(content)
        everything = set().union(*reached.values())
        print(f"{target}: {len(kept)} files kept, {len(chosen)} found; {len(known)} features of {len(everything)}")
    return 0


def coverage(folder, instrumented, names):
    for target in names:
        data = folder / "profile" / target
        data.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([instrumented / target, "-runs=0", *corpora(folder, target)], cwd=TREE, check=True,
                       env={**os.environ, "LLVM_PROFILE_FILE": f"{data}.raw"}, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        subprocess.run(["llvm-profdata", "merge", "-o", f"{data}.merged", f"{data}.raw"], check=True)
        told = subprocess.run(["llvm-cov", "export", "-summary-only", f"-instr-profile={data}.merged",
                               instrumented / target], check=True, stdout=subprocess.PIPE).stdout
        files = []
        for file in json.loads(told)["data"][0]["files"]:
            name, lines, functions = file["filename"], file["summary"]["lines"], file["summary"]["functions"]
            if "/loader/" in "/" + name and lines["covered"] > 0:
                files.append((Path(name).name, lines, functions))
        print(f"{target}:")
        for name, lines, functions in sorted(files):
            print(f"    {name:24} {lines['percent']:5.1f} % of {lines['count']} lines, "
                  f"{functions['covered']} of {functions['count']} functions")
    return 0


def main(action, *words):
    given = words[1 if action == "distil" else 2:]
    names = list(given) or targets()
    unknown = [name for name in given if name not in targets()]
    if unknown:
        print(f"no such target: {' '.join(unknown)}; there are: {' '.join(targets())}", file=sys.stderr)
        return 2
    if action == "list":
        print("make fuzz TARGET=… SECONDS=…, where the target is one of: " + " ".join(targets()))
        return 0
    folder = (TREE / words[0]).resolve()
    if action == "run":
        return run(folder, int(words[1]), names)
    if action == "distil":
        return distil(folder, names)
    if action == "smoke":
        results = smoke(folder)
        for target, passed, executions, output in results:
            print(f"{target}: {executions} executions" if passed else f"{output}\n{target}: FAILED")
        return 0 if all(passed for _, passed, _, _ in results) else 1
    return coverage(folder, (TREE / words[1]).resolve(), names)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
