# SPDX-License-Identifier: BSD-2-Clause
"""Which mistakes a C source can have: comparisons, numbers, signs and conditions that are others, and what is left out.

It reads the source as text, so that it needs no parser; the style that clang-format sees to makes that possible.
"""

import re
from collections import Counter, namedtuple

# `text` from `start` to `end`, on these lines of the file, becomes `new`.
Mutant = namedtuple("Mutant", "file line last change text start end new")


def blank(text):
    """The text with everything blank that is no code. Offsets stay."""
    pattern = r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|^#include[^\n]*"
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.S | re.M)


def matching(code, start):
    """The offset behind the bracket that closes the one at `start`."""
    depth = 0
    for at in range(start, len(code)):
        depth += code[at] in "([{"
        depth -= code[at] in ")]}"
        if depth == 0:
            return at + 1
    return len(code)


def statements(code):
    """(start, end) of every statement in a function that is neither a block nor a return."""
    start = at = depth = 0
    while at < len(code):
        if code[at] in "([" or (code[at] == "{" and code[matching(code, at):].lstrip()[:1] in (";", ",", ")")):
            at = matching(code, at)  # a part of an expression
            continue
        if code[at] in "{}:;":
            begin = start + len(code[start:at]) - len(code[start:at].lstrip())
            control = re.compile(r"else\b\s*|(?:if|while|for|switch)\s*(?=\()")
            while found := control.match(code, begin):
                begin = found.end()
                if code[begin] == "(":
                    begin = matching(code, begin)
                    begin += len(code[begin:at]) - len(code[begin:at].lstrip())
            if code[at] == ";" and depth > 0 and code[begin:at].strip() and not re.match(r"return\b", code[begin:at]):
                yield begin, at + 1
            depth += {"{": 1, "}": -1}.get(code[at], 0)
            if code[at] != ":" or re.match(r"\s*(case|default)\b", code[start:at]):
                start = at + 1
        at += 1


SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "+": "-", "-": "+",
         "+=": "-=", "-=": "+=", "++": "--", "--": "++", "true": "false", "false": "true"}
TOKEN = re.compile(r"\w+|->|<<=?|>>=?|[<>=!]=|&&|\|\||\+\+|--|[-+*/%&|^]=|\S")


def replacements(code):
    """(start, end, what stands there instead) of every mistake."""
    before = ""
    for token in TOKEN.finditer(code):
        word = token[0]
        if word in SWAPS and (word not in "+-" or re.fullmatch(r"\w+|[)\]]", before)):
            yield token.start(), token.end(), SWAPS[word]
        elif number := re.fullmatch(r"(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)", word):
            value = int(number[1], 0)
            yield token.start(), token.end(), f"{value - 1 if value else 1}{number[2]}"
        elif word == "if":
            start = code.index("(", token.end())
            end = matching(code, start)
            if not re.fullmatch(r"[^&|=!<>]*[!=]=[^&|=!<>]*", code[start:end].replace("->", "")):  # done as a swap
                yield start, end, f"(!{code[start:end]})"
            yield start, end, "(0)"
        before = word
    for start, end in statements(code):
        yield start, end, ";"


def on_one_line(text):
    return " ".join(text.split())


def mutants_of(file, text):
    """Every mistake of a source, in its order."""
    code = blank(text)
    seen = Counter()
    for start, end, new in sorted(replacements(code)):
        line = text.count("\n", 0, start) + 1
        whole = on_one_line(text.splitlines()[line - 1])
        old = on_one_line(text[start:end])
        change = f"without {old}" if new == ";" else f"{old} -> {on_one_line(new)}"
        seen[whole, change] += 1  # a line can be there twice, too
        if seen[whole, change] > 1:
            change += f" (number {seen[whole, change]})"
        lines = text.count("\n", start, end)
        yield Mutant(file, line, line + lines, change, whole, start, end, new + "\n" * lines)
