# SPDX-License-Identifier: MIT
"""README, docs/ and their like: Markdown by cmark-gfm."""
import html
import re
import subprocess

from site_map import GUIDES


def slug(text):
    return re.sub(r'[^a-z0-9]+', '-', html.unescape(re.sub(r'<[^>]*>', '', text)).lower()).strip('-')


def name_cells(table):
    """Each cell with its column's heading, for where a table is too wide."""
    names = re.findall(r'<th[^>]*>(.*?)</th>', table[0], re.S)
    rows = table[0].split('<tr>')
    for i, row in enumerate(rows):
        cells = iter(names)
        rows[i] = re.sub(r'<td', lambda _: f'<td data-name="{re.sub("<[^>]*>", "", next(cells, ""))}"', row)
    return '<tr>'.join(rows)


def render(text):
    body = subprocess.run(['cmark-gfm', '-e', 'table', '-e', 'strikethrough'], input=text, text=True,
                          capture_output=True, check=True).stdout
    body = re.sub(r'<h([1-6])>(.*?)</h\1>',
                  lambda h: f'<h{h[1]} id="{slug(h[2])}">{h[2]}</h{h[1]}>', body)
    body = re.sub(r'<table>.*?</table>', name_cells, body, flags=re.S)
    body = body.replace('<table>', '<div class="wide"><table>').replace('</table>', '</table></div>')
    return body.replace('<!-- raw HTML omitted -->\n', '')


def title_of(text):
    return re.search(r'^# (.*)', text, re.M)[1].replace('`', '')


def first_sentence(text):
    for block in re.sub(r'```.*?```', '', text, flags=re.S).split('\n\n')[1:]:
        if re.match(r'[A-Za-z*`](?!.*->)', block, re.S):
            sentence = re.sub(r'\[([^]]*)\]\([^)]*\)|[*`]', r'\1', block.replace('\n', ' ')).split('. ')[0].rstrip('.:')
            return sentence + '.' if len(sentence) > 30 else ''
    return ''


def write(site):
    rows = []
    for path in [*GUIDES, *sorted(f'docs/{p.name}' for p in (site.root / 'docs').glob('*.md'))]:
        text = (site.root / path).read_text()
        place = site.place(path)
        if place not in ('performance-table.html',):
            site.write(place, title_of(text), site.follow(render(text), path))
        if path != 'README.md':
            rows.append(f'<dt><a href="site:{place}">{html.escape(title_of(text))}</a></dt>'
                        f'<dd>{html.escape(first_sentence(text))}</dd>')
    site.write('guides.html', 'Guides', f'<h1>Guides</h1>\n<dl>{"".join(rows)}</dl>')
