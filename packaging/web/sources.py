# SPDX-License-Identifier: MIT
"""Files as they are: the examples, and what a guide leads to."""
import html
import re

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound


def code(text, name='x.c'):
    try:
        lexer = get_lexer_for_filename(name)
    except ClassNotFound:
        lexer = TextLexer()
    return highlight(text, lexer, HtmlFormatter(noclasses=True, style='default',
                                                nobackground=True))


def about(text):
    """The first comment's first paragraph, or the docstring's."""
    docstring = re.search(r'^"""(.*?)(?:\n\n|""")', text, re.S | re.M)
    if docstring:
        return ' '.join(docstring[1].split())
    found = re.search(r'/\*\n? ?\*?(?!.*SPDX)(.*?)\*/', re.sub(r'/\* SPDX.*?\*/', '', text, count=1), re.S)
    lines = [line.strip(' *\t') for line in found[1].strip().splitlines()] if found else []
    end = lines.index('') if '' in lines else len(lines)
    text = re.sub(r'(\.) [^.]*:$|(\.) [^.]*$', r'\1\2', ' '.join(lines[:end]))
    return text if text[:1].isupper() else ''


def write_file(site, file, place):
    text = (site.root / file).read_text()
    site.write(place, file, f'<h1>{html.escape(file)}</h1>\n{code(text, file)}')


def write_examples(site):
    body = '<h1>Examples</h1>\n<p>Each is a program that the tests compile; most are run by them, too.</p>\n'
    folder = None
    files = [p for p in (site.root / 'examples').rglob('*') if p.suffix in ('.c', '.cpp', '.py')]
    for path in sorted(files, key=lambda p: (p.parent, p.name)):
        file = str(path.relative_to(site.root))
        below = str(path.parent.relative_to(site.root / 'examples')).replace('.', '')
        if below != folder:
            body += ('</dl>\n' if folder is not None else '') + \
                (f'<h2 id="{below}">{below}</h2>\n' if below else '') + '<dl>'
            folder = below
        place = site.place(file)
        body += f'<dt><a href="site:{place}">{path.name}</a></dt><dd>{html.escape(about(path.read_text()))}</dd>\n'
    site.write('examples/index.html', 'Examples', body + '</dl>')


def write_linked(site):
    for file in sorted(site.linked):
        write_file(site, file, f'source/{file}.html')
