"""Copies of the sources, and a build of one of them with all mutants in it."""
import collections
import os
import shutil
import subprocess
import sys

import schemata

QUICK = ['-Doptimization=0', '-Ddebug=false'] + [f'-D{what}=disabled' for what in 'man gstreamer python demo'.split()]



def read(root, path):
    with open(os.path.join(root, path)) as file:
        return file.read()


def write(root, path, text):
    """Only what changes is built again."""
    target = os.path.join(root, path)
    if not os.path.exists(target) or read(root, path) != text:
        with open(target, 'w') as file:
            file.write(text)


def copy(path, root):
    target = os.path.join(root, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.exists(target) or open(path, 'rb').read() != open(target, 'rb').read():
        shutil.copy(path, target) # with a new date: an older one than what was built of its mutants is not built again


class Tree:
    """Sources with all mutants in them, which are built; plain ones, for tests that read sources; the build."""

    def __init__(self, folder, mutants, options=()):
        self.sources, self.plain, self.build = (os.path.realpath(f'{folder}/{name}') for name in ('tree', 'plain', 'build'))
        self.numbered = [schemata.Numbered(i, m) for i, m in enumerate(mutants)]
        self.texts = {m.path: None for m in mutants} # of the sources that have mutants
        self.alone = set() # numbers of mutants that are built one by one
        self.copy()
        if not os.path.exists(self.build + '/build.ninja'):
            subprocess.run(['meson', 'setup', self.build, self.sources, *QUICK, *options], check=True, stdout=subprocess.DEVNULL)
        self.ninja(['build.ninja'])

    def copy(self):
        """All but what will be written with mutants, and may be the same as last time."""
        listed = subprocess.run(['git', 'ls-files', '-z'], capture_output=True, text=True, check=True).stdout
        for path in filter(None, listed.split('\0')):
            copy(path, self.plain)
            if path not in self.texts or not os.path.exists(os.path.join(self.sources, path)):
                copy(path, self.sources)

    def ninja(self, words):
        """Its status, and what it said."""
        done = subprocess.run(['ninja', '-C', self.build, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def write(self, whole):
        """Every source that has mutants, with those that are not to be built alone."""
        files = collections.defaultdict(list)
        for each in self.numbered:
            files[each.mutant.path] += [each] * (each.number not in self.alone)
        for path, numbered in files.items():
            source = read(self.plain, path)
            self.texts[path] = schemata.schemata(source, numbered, whole) if numbered else source
            write(self.sources, path, self.texts[path])

    def together(self, programs):
        """Compiles all mutants at once; those with which that cannot be are left to be built alone."""
        whole = set()
        self.alone = {i for i, m in self.numbered if not schemata.body_of(read(self.plain, m.path).split('\n'), m.line)}
        while True:
            self.write(whole)
            status, said = self.ninja(['-k', '0', *programs])
            if status == 0:
                return
            broken, unmarked = schemata.complaints(said)
            if not broken and not unmarked:
                sys.exit('mutate: does not build: ' + said[-3000:])
            self.alone |= broken | unmarked & whole
            whole |= unmarked

    def put(self, root, mutant, line):
        """A source without other mutants, and this line of it."""
        lines = read('.', mutant.path).split('\n')
        lines[mutant.line] = line
        write(root, mutant.path, '\n'.join(lines))

    def builds(self, mutant, programs):
        """It alone."""
        self.put(self.sources, mutant, mutant.after)
        return self.ninja(programs)[0] == 0

    def build_again(self, mutant, programs):
        """All that are in its file, as before builds()."""
        write(self.sources, mutant.path, self.texts[mutant.path])
        status, said = self.ninja(programs)
        if status: # what is left would be asked in the name of others
            sys.exit('mutate: does not build any more: ' + said[-3000:])
