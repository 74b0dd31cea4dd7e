# SPDX-License-Identifier: MIT
"""The public headers: each declaration with the comment above it. ctags says what is declared where."""
import html
import json
import re
import subprocess

from sources import code

KEPT = re.compile(r'#\s*define XF_(?!API)')


class Part:
    """A comment and what it stands above, with the names declared there."""

    def __init__(self, comment, line):
        self.comment, self.first, self.lines, self.names = comment, line, [], []


def is_about_the_compiler(line):
    return line.startswith('#') and not KEPT.match(line) or line in ('extern "C" {', '}')


def read(text):
    """[Part], the first of which has the header's own comment."""
    parts, number, lines = [Part('', 0)], 0, text.splitlines()
    while number < len(lines):
        line = lines[number]
        if line.startswith('/*'):
            start = number
            while '*/' not in lines[number]:
                number += 1
            comment = '\n'.join(lines[start:number + 1])
            if 'SPDX' not in comment:
                parts.append(Part(comment, number + 2))
                if len(parts) == 2 and not parts[0].lines: # the header's own
                    parts.append(Part('', number + 2))
        elif not line.strip():
            if parts[-1].lines:
                parts.append(Part('', number + 2))
        elif not is_about_the_compiler(line) or parts[-1].lines and parts[-1].lines[-1].endswith('\\'):
            if line != '}' or parts[-1].lines:
                parts[-1].lines.append(line)
        number += 1
    return [p for p in parts if p.lines or p.comment]


def declared(path):
    """{name: line}"""
    out = subprocess.run(['ctags', '--output-format=json', '--fields=+n', '--kinds-C=defgpstu', '-I', 'XF_API', '-o', '-',
                          path], check=True, capture_output=True, text=True).stdout
    tags = [json.loads(line) for line in out.splitlines()]
    return {t['name']: t['line'] for t in tags if not t['name'].startswith(('__anon', 'CROSSFENCE_'))}


def prose(site, comment):
    """Paragraphs; what is drawn, or indented by a tab, stays as it is."""
    text = re.sub(r'^ ?/?\*+/? ?| ?\*/$', '', comment, flags=re.M).strip('\n')
    blocks = []
    for block in re.split(r'\n\s*\n', text):
        block = block.strip('\n')
        if re.search(r'^\t|^ {3,}|\S {4,}\S', block, re.M):
            blocks.append(f'<pre>{html.escape(block)}</pre>')
        elif block.strip():
            blocks.append(f'<p>{html.escape(block.strip())}</p>')

    def turn(found):
        place = site.names.get(found[1])
        return f'<a href="site:{place}">{found[0]}</a>' if place else found[0]
    text = re.sub(r'`([^`]+)`', r'<code>\1</code>', '\n'.join(blocks))
    return re.sub(r'\b(xf_\w+|XF_\w+)(?:\(\))?', turn, text)


def find(site):
    site.headers = []
    for path in sorted((site.root / 'include/crossfence').rglob('*.h')):
        file = str(path.relative_to(site.root))
        parts, place = read(path.read_text()), site.place(file)
        for name, line in declared(path).items():
            owner = [p for p in parts if p.lines and p.first <= line]
            if owner:
                owner[-1].names.append(name)
                if name.startswith(('xf_', 'XF_')):
                    site.names.setdefault(name, f'{place}#{name}')
        site.headers.append((file, place, parts))


def write_part(site, part):
    anchors = ''.join(f'<span id="{html.escape(name)}"></span>' for name in dict.fromkeys(part.names))
    return f'<div class="contract">{anchors}{code(chr(10).join(part.lines))}{prose(site, part.comment)}</div>\n'


def write(site):
    rows = ''
    for file, place, parts in site.headers:
        name = file.removeprefix('include/')
        own = parts[0].comment if parts and not parts[0].lines else ''
        rest = parts[1:] if own else parts
        body = f'<h1>&lt;{name}&gt;</h1>\n{prose(site, own)}'
        body += ''.join(write_part(site, p) for p in rest if p.lines)
        site.write(place, name, body)
        about = re.sub(r'^ ?/?\*+/? ?| ?\*/$', '', own, flags=re.M).strip().replace('\n', ' ')
        about = re.match(r'.*?(?=\.(?: |$)|$)', about)[0]
        rows += f'<dt><a href="site:{place}">{name}</a></dt><dd>{html.escape(about)}</dd>\n'
    names = ''.join(f'<li><a href="site:{place}">{name}</a></li>' for name, place in sorted(site.names.items()))
    site.write('headers/index.html', 'Headers',
               '<h1>Headers</h1>\n<p>What each call needs and owns, whether it blocks, what it returns, and what happens '
               f'when the other side dies.</p>\n<dl>{rows}</dl>\n<h2 id="names">Each name</h2>\n<ul class="names">{names}</ul>')
