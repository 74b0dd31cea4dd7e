"""One source with all mutants of it: which one is on is chosen when it runs.

The body of a function stands there once more for each mutant, as a block of its own, so nothing has to be known of C
but where bodies begin and end: a line that is "{", and the next one that is "}". In the unbroken body each mutant's
place says that it was reached, as the first thing of the statement; where that does not compile the whole function says so.
"""
import collections
import os
import re

CHOSEN = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'chosen.h')
HEADER = r'(?:\} )?(?:else )?(?:if|while|for|switch|XF\w*_EACH\w*)\b'

Numbered = collections.namedtuple('Numbered', 'number mutant')


def body_of(lines, at):
    """The lines between the braces around a line of a function, as (first, behind the last), or None."""
    first = at
    while first >= 0 and lines[first] != '{' and not lines[first].startswith('}'):
        first -= 1
    if first < 0 or lines[first] != '{' or lines[at].endswith('\\'):
        return None
    return first + 1, lines.index('}', at)


def code(line):
    return re.sub(r'/\*.*?\*/', '', line).split('/*')[0].strip()


def is_header(text):
    """What another statement has to follow."""
    return re.search(r'(^|[} ])(else|do)$', text) or re.match(HEADER, text) and text.count('(') == text.count(')')


def begins(lines, at, first):
    """The line on which the statement of a line begins."""
    while at > first:
        before = code(lines[at - 1])
        whole = ' '.join(code(line) for line in lines[begins(lines, at - 1, first):at]) if before.endswith(')') else before
        if not before or before[0] in '#*' or re.search(r'[;}:]$|^\{$|[^=] \{$', before):
            break
        if is_header(whole) and lines[at].strip()[0] not in '?:':
            break
        at -= 1
    return at


def marked(line, bare, number):
    """A statement's first line, which says that it was reached. One that is bare is all that an if or a loop has."""
    space, text = re.match(r'(\s*)(.*)', line, re.S).groups()
    mark = f'xfm_at({number})'
    found = re.match(r'((?:\} )?(?:else )?(?:if|while|switch) \(|return )|(for \(.*?; )(?!;)', text)
    if found:
        return f'{space}{found.group()}{mark}, {text[found.end():]}'
    return f'{space}{mark}{"," if bare else ";"} {text}'


def unbroken(lines, body, numbered):
    """A function's body, each mutant's place marked."""
    first, end = body
    text = lines[first:end]
    for number, mutant in numbered:
        at = begins(lines, mutant.line, first)
        bare = at > first and re.search(r'\)$|\b(else|do)$', code(lines[at - 1]))
        text[at - first] = marked(text[at - first], bare, number)
    return text


def block(text, line, name):
    """What is wrong in it the compiler says under this name."""
    labels = re.findall(r'^([a-z_]\w*):', '\n'.join(text), re.M)
    local = [f'__label__ {", ".join(labels)};'] if labels else []
    return ['{'] + local + [f'#line {line + 1} "{name}"'] + text + ['}']


def function(lines, body, numbered, whole):
    """The lines between the braces of a function: its mutants, and itself."""
    first, end = body
    text = []
    for number, mutant in numbered:
        broken = lines[first:end]
        broken[mutant.line - first] = mutant.after
        text += [f'if (xfm_is({number}))'] + block(broken, first, f'mutant-{number}') + ['else']
    name = 'function-' + '-'.join(str(number) for number, _ in numbered)
    reached = ' '.join(f'xfm_at({number});' for number, _ in numbered) if whole else ''
    inside = lines[first:end] if whole else unbroken(lines, body, numbered)
    return text + ['{', reached] + block(inside, first, name) + ['}']


def schemata(source, numbered, whole):
    """The text of a source with its mutants; whole: numbers of those whose function says that it was reached."""
    lines = source.split('\n')
    bodies = collections.defaultdict(list)
    for each in numbered:
        bodies[body_of(lines, each.mutant.line)].append(each)
    path = numbered[0].mutant.path
    text, at = [open(CHOSEN).read(), f'#line 1 "{path}"'], 0
    for body in sorted(bodies):
        entry = any(number in whole for number, _ in bodies[body])
        text += lines[at:body[0]] + function(lines, body, bodies[body], entry) + [f'#line {body[1] + 1} "{path}"']
        at = body[1]
    return '\n'.join(text + lines[at:])


def complaints(said):
    """Of what a compiler said: numbers of mutants that do not compile, and of those whose place could not be marked."""
    broken = {int(n) for n in re.findall(r'^mutant-(\d+):[\d:]* (?:fatal )?error', said, re.M)}
    functions = re.findall(r'^function-([\d-]+):[\d:]* (?:fatal )?error', said, re.M)
    return broken, {int(n) for names in functions for n in names.split('-')}
