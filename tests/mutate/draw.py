"""The small ways in which code is broken, and where it can be."""
import collections
import os
import re
import subprocess

WAKES = re.compile(r'\b\w*(unpark|wake|ring|post|poke|kick|notify|fire|signal|broadcast)\w*\(')
NO_WAKES = re.compile(r'signal_fence|uring|rings|ring_place|ring_frame|ring_ask|ring_unask|drop_ring|join_ring|string|'
                      r'release_signal|encode_signal|rendering|signals_(give|end)|signal_add|set_notify')
TURNS = [('<=', '<'), ('>=', '>'), ('==', '!='), ('!=', '=='), ('&&', '||'), ('||', '&&'), ('<', '<='), ('>', '>=')]

Mutant = collections.namedtuple('Mutant', 'room path line before after what which')


def turned(line):
    """Every single comparison or connective of a line, turned."""
    for found in re.finditer(r'(?<![-<>=!|&])(<=|>=|==|!=|&&|\|\||<|>)(?![<>=])', line):
        if found.group(1) in '<>' and line.lstrip().startswith('#'):
            continue
        for a, b in TURNS:
            if found.group(1) == a:
                yield line[:found.start(1)] + b + line[found.end(1):], 'comparison turned'


def ways(line):
    code = line.split('/*')[0]
    if not code.strip() or code.lstrip().startswith(('#', '*', '//', 'static const', '_Static_assert')):
        return
    tail = line[len(code):]
    for after, what in turned(code):
        yield after + tail, what
    found = re.match(r'(\s*(?:else )?if \()(.*)(\)\s*\{?\s*)$', code)
    if found and found.group(2).count('(') == found.group(2).count(')'):
        yield f'{found.group(1)}!({found.group(2)}){found.group(3)}', 'condition negated'
        if found.group(2) == 'r':
            yield f'{found.group(1)}0{found.group(3)}', 'error ignored'
    if re.match(r'\t+(\(void\))?[a-z_]+\([^;]*\);\s*$', code) and 'KILL_POINT' not in code:
        wakes = WAKES.search(code) and not NO_WAKES.search(code)
        yield re.match(r'\t+', code).group(0) + ';', 'wake-up removed' if wakes else 'call removed'
    for found in re.finditer(r' ([+-]) 1\b', code):
        yield code[:found.start()] + code[found.end():] + tail, 'bound moved'


def mutants_of(room):
    listed = subprocess.run(['git', 'ls-files', f'src/{room}/*.c'], capture_output=True, text=True, check=True)
    for path in listed.stdout.split():
        if os.path.dirname(path) != f'src/{room}':
            continue
        seen = collections.Counter()
        for number, line in enumerate(open(path).read().split('\n')):
            for after, what in ways(line):
                seen[line.strip(), after.strip()] += 1
                yield Mutant(room, path, number, line, after, what, seen[line.strip(), after.strip()])


def read_equivalent():
    """Lines: key | reason."""
    known = {}
    for line in open('tests/mutate/equivalent'):
        if ' | ' in line and not line.startswith('#'):
            what, reason = line.rsplit(' | ', 1)
            known[what] = reason.strip()
    return known


def key(mutant):
    """Of the same lines of a file it says which one, not where it is."""
    which = f' #{mutant.which}' if mutant.which > 1 else ''
    return f'{mutant.path} | {mutant.before.strip()} | {mutant.after.strip()}{which}'
