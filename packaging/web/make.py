# SPDX-License-Identifier: MIT
"""The documentation as static HTML: make.py OUT. See packaging/site."""
import pathlib
import shutil
import sys

import guides
import headers
import links
import manual
import sources
import tables
from site_map import Site

site = Site(pathlib.Path(__file__).resolve().parents[2], pathlib.Path(sys.argv[1]))
if site.out.exists():
    shutil.rmtree(site.out)
site.out.mkdir(parents=True)
shutil.copy(pathlib.Path(__file__).with_name('style.css'), site.out)
manual.find(site)
headers.find(site)
manual.write(site)
headers.write(site)
sources.write_examples(site)
tables.write(site)
guides.write(site)
sources.write_linked(site)
pages, checked, outside = links.check(site.out)
print(f'{pages} pages, {checked} links inside, none broken; {len(outside)} outside')
