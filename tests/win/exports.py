#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what libcrossfence-win gives to others as C tables: exports.py LIBRARY HEADERS...

Taken from the library's own symbols, so that nothing can be forgotten: every exported function,
every table of methods (all are called ..._vtbl), the thunks that proxies are filled with, and the
identifiers of interfaces.
Addresses are relative to where the library is loaded."""
import re
import subprocess
import sys

library, headers = sys.argv[1], sys.argv[2:]


def symbols(*flags):
    listing = subprocess.run(["nm", "-S", "--defined-only", *flags, library], check=True, capture_output=True, text=True)
    for line in listing.stdout.splitlines():
        *numbers, kind, name = line.split()
        size = int(numbers[1], 16) if len(numbers) > 1 else 0
        yield name.split("@")[0], kind, int(numbers[0], 16), size


# Ours follow the system's convention unless their header says otherwise; Windows' calls never do.
ms = set()
for header in headers:
    with open(header) as f:
        ms |= set(re.findall(r"\bWINAPI\s+(xf_\w+)", f.read()))

print("static const struct function functions[] = {")
for name, kind, value, size in sorted(symbols("-D")):
    if kind == "T":
        system = name.startswith("xf_") and name not in ms
        print(f'\t{{ "{name}", {value:#x}, {"true" if system else "false"} }},')
print("};\nstatic const struct table tables[] = {")
for name, kind, value, size in sorted(symbols()):
    if kind in "bBdDrR" and re.search(r"_vtbl(\.\d+)?$", name):
        print(f'\t{{ "{name}", {value:#x}, {size // 8} }},')
print("};\nstatic const uint64_t thunks[] = {")
for name, kind, value, size in symbols():
    if kind == "t" and name.startswith("xfi_thunk_"):
        print(f"\t{value:#x},")
print("};\nstatic const uint64_t identifiers[] = {")
for name, kind, value, size in symbols("-D"):
    if name.startswith("IID_"):
        print(f"\t{value:#x},")
print("};")
