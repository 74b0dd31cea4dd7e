# SPDX-License-Identifier: MIT
"""What was measured: the rows of docs/performance-table.md, each with a plot by gnuplot."""
import html
import re
import subprocess

import guides

FILE = 'docs/performance-table.md'
UNITS = {'ns': 1, 'us': 1e3, 'ms': 1e6, 's': 1e9, '/s': 1, 'B': 1}
VALUE = re.compile(r'([\d,]+(?:\.\d+)?) ?(ns|us|ms|s|/s|B)\b')
OURS, THEIRS = 0x0b5cad, 0x9aa5b1
BAR, WIDTH = 21, 480  # pixels; fits a telephone with its text readable


def read_columns(line):
    return [(found.start(), found.end(), found[0]) for found in re.finditer(r'\S+(?: \S+)*', line)]


def read_row(block):
    """[(label, [(column, value, text)])], and whether all have one kind of unit."""
    lines = block.splitlines()
    columns = read_columns(lines[1])
    bars, kinds = [], set()
    for line in lines[2:]:
        found = re.match(r'  (\S.*?)  +', line)
        if not found or line.startswith('  target'):
            continue
        values = []
        for value in VALUE.finditer(line, found.end()):
            column = min(columns, key=lambda c: abs(c[1] - value.end()))[2]
            number = float(value[1].replace(',', '')) * UNITS[value[2]]
            kinds.add(value[2] if value[2] in ('/s', 'B') else 'time')
            if number > 0:
                values.append((column, number, f'{value[1]} {value[2]}'))
        bars.append((found[1].rstrip(), values))
    return [b for b in bars if b[1]], kinds


def read_mark(power, kind):
    if kind == '/s':
        return f'{10 ** power:,}'
    unit = ['ns', 'us', 'ms', 's'][max(power, 0) // 3]
    return f'{10 ** (power - max(power, 0) // 3 * 3):g} {unit}'


def plot(bars, kind, target):
    """Bars to the right of 1/3 of the smallest, on a logarithmic axis; above each group whose it is."""
    smallest = min(v[1] for _, values in bars for v in values)
    largest = max(v[1] for _, values in bars for v in values)
    left, data, names, y = smallest / 3, [], [], 0
    for label, values in bars:
        names.append(f'{left} {y} "{label}"')
        y += 1
        for column, number, text in values:
            colour = OURS if label.startswith('crossfence') else THEIRS
            data.append(f'{number} {y} {left} {number} {y - .42} {y + .42} {colour} "{text}, {column}"')
            y += 1
        y += .4
    axis = {'time': 'logarithmic: shorter is better', '/s': 'a second, logarithmic: longer is better'}[kind]
    marks = ', '.join(f'"{read_mark(power, kind)}" 1e{power}' for power in range(-1, 11))
    script = '\n'.join([
        f'set terminal svg size {WIDTH},{int(y * BAR) + 70} font "sans-serif,13" noenhanced background "#ffffff"',
        f'set output "{target}"', 'set logscale x', f'set xrange [{left}:{largest * (largest / left) ** .5}]',
        f'set yrange [{y - .3}:-.8] ', 'unset key', 'set border 1 lc rgb "#9aa5b1"', 'set tics nomirror textcolor rgb "#1d2530"',
        f'set xtics ({marks})', f'set xlabel "{axis}" textcolor rgb "#5a6675"', 'unset ytics', 'set lmargin 1',
        '$names << E', *names, 'E', '$d << E', *data, 'E',
        'plot $d using 1:2:3:4:5:6:7 with boxxyerror fs solid noborder lc rgb variable, '
        '$d using 1:2:8 with labels left offset 0.6,0 textcolor rgb "#1d2530", '
        '$names using 1:2:3 with labels left textcolor rgb "#1d2530"'])
    subprocess.run(['gnuplot'], input=script, text=True, check=True)


def write_row(site, block):
    name, _, title = block.splitlines()[0].partition(': ')
    text = f'<h3 id="{name}">{html.escape(name)}</h3>\n<p>{html.escape(title[0].upper() + title[1:])}.</p>\n'
    bars, kinds = read_row(block)
    if len(bars) > 1 and len(kinds) == 1 and kinds <= {'time', '/s'}:
        plot(bars, *kinds, site.out / f'plots/{name}.svg')
        text += f'<div class="wide"><img src="site:plots/{name}.svg" alt="The figures below as bars."></div>\n'
    return text + f'<pre>{html.escape(chr(10).join(block.splitlines()[1:]))}</pre>\n'


def write(site):
    text = (site.root / FILE).read_text()
    before, table, after = text.split('```', 2)
    (site.out / 'plots').mkdir()
    body = guides.render(before)
    for block in re.split(r'\n\n', table.strip('\n')):
        if re.match(r'[a-z0-9-]+: ', block) and '\n' in block:
            body += write_row(site, block)
        else:
            body += f'<pre>{html.escape(block)}</pre>\n'
    body += guides.render(after)
    site.write(site.place(FILE), guides.title_of(text), site.follow(body, FILE))
