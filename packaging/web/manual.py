# SPDX-License-Identifier: MIT
"""The manual: scdoc makes the pages, as for installation, and mandoc turns them into HTML."""
import html
import re
import subprocess
import sys

SECTIONS = {'1': 'Commands', '3': 'Library', '7': 'Miscellaneous', '8': 'Services'}


class Page:
    def __init__(self, site, path):
        self.path = path
        self.name, self.section = path.name[:-4].rsplit('.', 1)
        self.text = path.read_text()
        self.place = site.place(str(path.relative_to(site.root)))
        names, _, self.about = re.search(r'^# NAME\n\n(.*?)\n\n', self.text, re.S | re.M)[1] \
            .replace('\n', ' ').partition(' - ')
        self.names = [n.strip() for n in names.split(',')]


def find(site):
    site.man_pages = [Page(site, p) for p in sorted((site.root / 'man').rglob('*.scd'))]
    for page in site.man_pages:
        for name in page.names:
            site.manual[f'{name}({page.section})'] = page.place


def source(site, page):
    """As the build makes it: one page contains a list."""
    if page.name != 'crossfence-win':
        return page.text
    room = site.root / 'src/win/dxgi'
    return subprocess.run([sys.executable, '-B', room / 'unsupported.py', 'man', room / 'unsupported.txt', page.path],
                          check=True, capture_output=True, text=True).stdout


def keep_lines(roff):
    """mandoc drops empty lines of literal text, and breaks before indented ones, where nothing stands in them."""
    lines, literal = roff.splitlines(), False
    for i, line in enumerate(lines):
        literal = line == '.nf' or literal and line != '.fi'
        if literal and (not line or line[0] == ' '):
            lines[i] = '\\&' + line
    return '\n'.join(lines) + '\n'


def refer(site, body, own):
    def turn(found):
        place = site.manual.get(f'{found[1]}({found[2]})')
        return found[0] if not place or place == own else f'<a href="site:{place}">{found[0]}</a>'
    return re.sub(r'(?:<[bi]>)?\b([A-Za-z][\w.-]*)(?:</[bi]>)?\((\d)\)', turn, body)


def write(site):
    for page in site.man_pages:
        roff = subprocess.run(['scdoc'], input=source(site, page), text=True, check=True, capture_output=True).stdout
        body = subprocess.run(['mandoc', '-T', 'html', '-O', 'fragment'], input=keep_lines(roff), text=True, check=True,
                              capture_output=True).stdout
        site.write(page.place, f'{page.name}({page.section})', refer(site, body, page.place))
    body = '<h1>Manual</h1>\n'
    for section, title in SECTIONS.items():
        rows = [f'<dt><a href="site:{p.place}">{p.name}({section})</a></dt><dd>{html.escape(p.about)}</dd>'
                for p in site.man_pages if p.section == section]
        body += f'<h2 id="s{section}">{title}</h2>\n<dl>{"".join(rows)}</dl>\n'
    calls = sorted((n, p.place) for p in site.man_pages if p.section == '3' for n in p.names)
    body += '<h2 id="calls">Each call</h2>\n<ul class="names">' + \
        ''.join(f'<li><a href="site:{place}">{name}</a></li>' for name, place in calls) + '</ul>'
    site.write('man/index.html', 'Manual', body)
