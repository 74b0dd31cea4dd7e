"""What meson knows of tests; they are run directly, as many at once as the machine bears."""
import collections
import json
import os
import select
import subprocess
import sys
import time

from process import Process

PROCESSORS = len(os.sched_getaffinity(0))
AT_ONCE = 4 * PROCESSORS # however little they do
TWICE = 2 # a failure counts when it comes again: load or chance may have made one


def introspect(build, what):
    return json.loads(subprocess.run(['meson', 'introspect', what, build], capture_output=True, check=True).stdout)


class Tests:
    def __init__(self, tree):
        self.tree = tree
        self.known = {t['name']: t for t in introspect(tree.build, '--tests')}
        self.said = {} # by those that failed
        self.reached = {} # numbers of the mutants whose places each comes to
        self.took, self.used = self.before() # seconds: of the clock, and of processors

    def before(self):
        try:
            return json.load(open(self.tree.build + '/measured.json'))
        except FileNotFoundError:
            return {}, {}

    def keep(self):
        json.dump((self.took, self.used), open(self.tree.build + '/measured.json', 'w'))

    def programs(self, names):
        """What is to be built for them."""
        missing = [n for n in names if n not in self.known]
        if missing:
            sys.exit('mutate: no such test: ' + ', '.join(missing))
        root = os.path.realpath(self.tree.build) + '/'
        wanted = {a for n in names for a in self.known[n]['depends']}
        built = {t['id']: t['filename'] for t in introspect(self.tree.build, '--targets')}
        words = [w for n in names for w in self.known[n]['cmd']] + [f for a in wanted for f in built.get(a, [])]
        return sorted({os.path.realpath(w)[len(root):] for w in words if os.path.realpath(w).startswith(root)})

    def reads_sources(self, name):
        return self.tree.sources in self.known[name]['cmd']

    def reaches(self, name, number):
        """Where that is not known it may."""
        return name not in self.reached or self.reads_sources(name) or number in self.reached[name]

    def start(self, name, seconds, env):
        test = self.known[name]
        command = [self.tree.plain if word == self.tree.sources else word for word in test['cmd']]
        return Process(name, command, {**os.environ, **test['env'], **env}, test['workdir'] or self.tree.build, seconds)

    def share(self, name):
        """Of a processor."""
        return self.used[name] / max(self.took[name], 0.01) if name in self.took else 1

    def sleeps(self, name):
        return self.share(name) < 0.1 and self.took[name] > 10

    def bears(self, running, name):
        busy = sum(self.share(p.name) for p in running)
        return not running or len(running) < AT_ONCE and busy + self.share(name) <= PROCESSORS

    def measure(self, process):
        name = process.name
        self.took[name] = min(self.took.get(name, process.took), process.took)
        self.used[name] = min(self.used.get(name, process.used), process.used)
        self.keep()

    def start_what_fits(self, waiting, running, limit, env):
        for name in list(waiting):
            if self.bears(running, name):
                waiting.remove(name)
                running.append(self.start(name, limit(name), env(name)))

    def first_failure(self, names, limit, env, passed=lambda process: None):
        """The name of a test that fails, and did so before, of those in the order given; or None. Seconds and environment
        are asked for by name."""
        waiting = sorted(names, key=lambda name: not self.sleeps(name)) # those beside the others, from the beginning
        running, failed, good = [], collections.Counter(), collections.Counter()
        try:
            while waiting or running:
                self.start_what_fits(waiting, running, limit, env)
                process, late = first_end(running)
                running.remove(process)
                name = process.name
                if process.end(late):
                    good[name] += 1
                    passed(process)
                else:
                    failed[name] += 1
                    self.said[name] = process.said
                if failed[name] == TWICE:
                    return name
                if failed[name] and good[name] < TWICE:
                    waiting.insert(0, name)
        finally:
            for process in running:
                process.end(True)
        return None


def first_end(running):
    """The process that ends first, and whether its time was over."""
    while True:
        left = min(p.deadline for p in running) - time.monotonic()
        ended = select.select(running, [], [], max(left, 0))[0]
        late = [p for p in running if p.deadline <= time.monotonic()]
        if ended or late:
            return (ended + late)[0], not ended
