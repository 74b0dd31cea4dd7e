# SPDX-License-Identifier: MIT
"""Follows every link of the site, to the file and to the place in it."""
import os
import sys
from html.parser import HTMLParser
from urllib.parse import unquote


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            if key == 'id':
                self.ids.add(value)
            elif key in ('href', 'src'):
                self.links.append(value)


def check(out):
    pages = {os.path.relpath(p, out): Page(p.read_text()) for p in out.rglob('*.html')}
    checked, outside, broken = 0, set(), []
    for name, page in pages.items():
        for link in page.links:
            if link.startswith(('https:', 'http:', 'mailto:')):
                outside.add(link)
                continue
            path, _, anchor = unquote(link).partition('#')
            target = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            checked += 1
            if not (out / target).is_file() or anchor and anchor not in pages[target].ids:
                broken.append(f'{name}: {link}')
    if broken:
        sys.exit('site: these lead nowhere:\n' + '\n'.join(broken))
    return len(pages), checked, outside
