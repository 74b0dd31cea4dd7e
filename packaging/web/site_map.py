# SPDX-License-Identifier: MIT
"""Where everything of the repository is on the site, and how a page is written."""
import html
import os
import pathlib
import re
import shutil

GUIDES = {'README.md': 'index', 'CONTRIBUTING.md': 'contributing', 'SECURITY.md': 'security'}


class Site:
    def __init__(self, root, out):
        self.root, self.out = root, out
        self.template = pathlib.Path(__file__).with_name('page.html').read_text()
        self.version = re.search(r"version: '(.*)'", (root / 'meson.build').read_text())[1]
        self.manual = {}  # 'name(3)' -> page
        self.names = {}  # name in a header -> page#name
        self.linked = set()  # files of the repository that a page leads to

    def write(self, path, title, body):
        """`path` is below the site's root; links in `body` are relative to it, or site: ones."""
        up = '../' * path.count('/')
        body = body.replace('"site:', f'"{up}')
        text = self.template
        for key, value in (('title', html.escape(title)), ('root', up), ('version', self.version),
                           ('body', body)):
            text = text.replace(f'@{key}@', value)
        target = self.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def place(self, file):
        """The page for a file or folder of the repository, counted from the site's root."""
        if file in GUIDES:
            return GUIDES[file] + '.html'
        if file.startswith('docs/') and file.endswith('.md'):
            return file[5:-3] + '.html'
        if file.startswith('man/') and file.endswith('.scd'):
            return f'man/{os.path.basename(file)[:-4]}.html'
        if file.rstrip('/') == 'include/crossfence':
            return 'headers/index.html'
        if file.startswith('include/crossfence/') and file.endswith('.h'):
            return f"headers/{file[19:-2].replace('/', '-')}.html"
        if file.startswith('examples/') and (self.root / file).is_dir():
            return 'examples/index.html#' + file[9:].rstrip('/').replace('/', '-')
        if not (self.root / file).is_file():
            raise SystemExit(f'site: there is no {file}')
        self.linked.add(file)
        return f'source/{file}.html'

    def follow(self, body, file):
        """Turns links that are right in the repository's `file` into ones of the site."""
        def turn(found):
            kind, href = found[1], found[2]
            if re.match(r'[a-z]+:|#', href):
                return found[0]
            path, _, anchor = href.partition('#')
            there = os.path.normpath(os.path.join(os.path.dirname(file), path))
            target = self.place(there) if kind == 'href' else self.picture(there)
            return f'{kind}="site:{target}{"#" + anchor if anchor else ""}"'
        return re.sub(r'(href|src)="([^"]*)"', turn, body)

    def picture(self, file):
        """Shown as it is."""
        target = 'pictures/' + os.path.basename(file)
        (self.out / 'pictures').mkdir(exist_ok=True)
        shutil.copy(self.root / file, self.out / target)
        return target
