"""What becomes of mutants: which tests reach each of them, and which one notices it."""
import os
import sys

from ask import Tests
from rooms import ROOMS
from tree import Tree

LIKELY = 4 # tests that are asked before the others
SECONDS = 300 # no test takes longer on unbroken code


class Campaign:
    def __init__(self, folder, mutants, rounds, noticed, options=()):
        self.rounds, self.noticed = rounds, noticed # tests that have noticed another mutant of a file, counted
        self.silent = [] # tests that came to the last mutant and passed
        self.numbers = {m: i for i, m in enumerate(mutants)}
        self.tree = Tree(folder, mutants, options)
        self.tests = Tests(self.tree)
        self.seen = os.path.realpath(f'{folder}/seen')
        self.names = list(dict.fromkeys(n for m in mutants for n in self.of(m)))
        self.programs = self.tests.programs(self.names)
        self.tree.together(self.programs)

    def of(self, mutant):
        """Tests of its room."""
        return [n for names in ROOMS[mutant.room][:self.rounds] for n in names]

    def look(self):
        """All tests on unbroken code, where those that fail would notice every mutant: how long they take, and where they come."""
        def env(name):
            with open(self.seen + '.' + name, 'wb') as file:
                os.fchmod(file.fileno(), 0o666) # there are tests with several users
                file.truncate(max(len(self.numbers), 1))
            return {'XFM_SEEN': self.seen + '.' + name}

        def passed(process):
            self.tests.measure(process)
            with open(self.seen + '.' + process.name, 'rb') as file:
                reached = {i for i, byte in enumerate(file.read()) if byte}
            self.tests.reached[process.name] = self.tests.reached.get(process.name, set()) | reached

        failed = self.tests.first_failure(self.names, lambda name: SECONDS, env, passed)
        if failed:
            sys.exit(f'mutate: fails on unbroken code: {failed}: {self.tests.said[failed]}')
        for name, said in self.tests.said.items():
            print(f'{name} failed once: {said}', flush=True)

    def order(self, mutant, names):
        """Those that have noticed another mutant of the file, those of its name, and the quickest come first."""
        stem = os.path.splitext(os.path.basename(mutant.path))[0]
        likely = [n for n, _ in self.noticed[mutant.path].most_common(LIKELY)]
        return sorted(names, key=lambda n: (n not in likely, stem not in n, self.tests.took.get(n, SECONDS)))

    def limit(self, name):
        """What takes longer hangs."""
        return 5 + 5 * self.tests.took.get(name, SECONDS / 5)

    def ask(self, mutant, names, number):
        self.tree.put(self.tree.plain, mutant, mutant.after)
        by = self.tests.first_failure(self.order(mutant, names), self.limit, lambda name: {'XFM_NUMBER': str(number)})
        self.tree.put(self.tree.plain, mutant, mutant.before)
        self.silent = [] if by else names
        return ('noticed', by) if by else ('survived', '')

    def verdict(self, mutant):
        """'noticed', 'survived', or 'does not compile'; and which test noticed it."""
        number = self.numbers[mutant]
        if number not in self.tree.alone:
            names = [n for n in self.of(mutant) if self.tests.reaches(n, number)]
            how, by = self.ask(mutant, names, number)
        elif self.tree.builds(mutant, self.programs):
            how, by = self.ask(mutant, self.of(mutant), -1)
        else:
            how, by = 'does not compile', ''
        if number in self.tree.alone:
            self.tree.build_again(mutant, self.programs)
        self.noticed[mutant.path][by] += bool(by)
        return how, by
