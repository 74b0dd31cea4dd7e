"""Builds that notice what no other does: a lock that is not taken, memory that is not given back."""
import collections
import os

# Those that say something of threads in one process.
THREADS = ('keyed_mutex event timeline wait format surface pool_handles queue params sync threads cuda-threads').split() + [
    'win locks', 'win keyed_mutex', 'win mf_manager', 'win draw_threads']
Sanitizer = collections.namedtuple('Sanitizer', 'options env tests') # tests: instead of each room's; None: its own
SANITIZERS = {
    None: Sanitizer([], {}, None),
    'address': Sanitizer(['-Db_sanitize=address,undefined', '-Db_lundef=false'], {
        'ASAN_OPTIONS': 'abort_on_error=1:detect_stack_use_after_return=1:allocator_may_return_null=1',
        'UBSAN_OPTIONS': 'halt_on_error=1:abort_on_error=1:print_stacktrace=1'}, None),
    'thread': Sanitizer(['-Db_sanitize=thread', '-Db_lundef=false'], {
        'TSAN_OPTIONS': 'halt_on_error=1:abort_on_error=1:die_after_fork=0:suppressions=' + os.path.abspath('tests/tsan.supp')},
                        THREADS),
}
