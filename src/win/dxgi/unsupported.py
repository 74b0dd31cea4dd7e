#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes functions for what unsupported.txt lists, from the vtables that libwine-dev declares.

unsupported.py c|h LIST HEADER-FOLDER and unsupported.py man LIST PAGE write to standard output. A
function clears its outputs: each `T **` without const, and each `T *` of a plain value (see OUTPUT).
The page gets the list in place of the comment that names it.
"""
import pathlib
import re
import sys
import textwrap

HEADERS = ['d3d10.h', 'd3d10_1.h', 'd3d11.h'] + [f'd3d11_{n}.h' for n in range(1, 5)] + ['dxgi.h'] + \
    [f'dxgi1_{n}.h' for n in range(2, 7)]
OUTPUT = re.compile(r'(\w+ \*|UINT |DWORD |BOOL |HDC |D3D\w*(?:_TYPE|_LEVEL1?) )\*(\w+)$')


def read_list(path):
    lines = [line for line in path.read_text().splitlines() if line and line[0] != '#']
    for row in re.sub(r'\n\s+', ' ', '\n'.join(lines)).splitlines():
        head, methods = row.split(':')
        yield *head.split(), methods.split()


def read_methods(headers, interface):
    """{method: (return type, [parameter])} of one vtable."""
    body = re.search(rf'struct {interface}Vtbl {{(.*?)}} {interface}Vtbl;', headers, re.S)[1]
    found = re.findall(r'(\w+) \(STDMETHODCALLTYPE \*(\w+)\)\((.*?)\);', body, re.S)
    return {name: (ret, re.split(r',\s*', params.strip())) for ret, name, params in found}


def prototype(interface, method, ret, params):
    return f'{ret} WINAPI xfi_{interface}_{method}({", ".join(params)})'


def function(interface, method, ret, params):
    outputs = [found[2] for found in map(OUTPUT.match, params) if found]
    value = {'void': '', 'HRESULT': '\treturn E_NOTIMPL;\n'}.get(ret, '\treturn 0;\n')
    return f'{prototype(interface, method, ret, params)}\n{{\n' \
        '\tstatic _Atomic uint32_t seen;\n\n' + \
        ''.join(f'\tif ({out})\n\t\t*{out} = 0;\n' for out in outputs) + \
        f'\txfi_unsupported(&seen, "{interface}::{method}");\n{value}}}\n'


def header(rows, methods):
    yield '#include <dxgi1_6.h>\n\n#include "win/dxgi/com.h"\n'
    for interface, table, names in rows:
        for name in names:
            yield prototype(interface, name, *methods[interface][name]) + ';'
        entries = ', \\\n\t'.join(f'.{name} = xfi_{interface}_{name}' for name in names)
        yield f'\n#define XFI_UNSUPPORTED_{table.upper()} \\\n\t{entries}\n'


def manual(rows, page):
    filled = textwrap.TextWrapper(98, initial_indent='\t', subsequent_indent='\t').fill
    text = '\n\n'.join(f'*{interface}*\n' + filled(', '.join(names)) for interface, _, names in rows)
    before, after = page.split('; unsupported.txt\n')
    return before + text + '\n' + after


def main(what, list_path, source):
    rows = list(read_list(pathlib.Path(list_path)))
    if what == 'man':
        sys.stdout.write(manual(rows, pathlib.Path(source).read_text()))
        return
    text = ''.join((pathlib.Path(source) / name).read_text() for name in HEADERS)
    methods = {interface: read_methods(text, interface) for interface, _, _ in rows}
    print('/* Made by unsupported.py. */')
    if what == 'h':
        print('#pragma once\n', *header(rows, methods), sep='\n')
        return
    print('#include "win/dxgi/unsupported.h"\n\n#include "win/dxgi/log.h"\n')
    for interface, _, names in rows:
        for name in names:
            print(function(interface, name, *methods[interface][name]))


main(*sys.argv[1:])
