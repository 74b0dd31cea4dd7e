"""The tests that suffice for a room, in rounds: the quickest are in the first."""
UNIT = 'messages keyed_mutex event timeline wait pool queue domain params sync surface'.split()
URING = ['keyed_mutex-without-uring', 'event-without-uring', 'domain-without-uring']
DEATHS = 'proc-kill_point proc-process proc-join proc-random_kill proc-sync_kill proc-race'.split()
WAITERS = 'proc-waiters proc-waiters-without-uring'.split()
TRUST = ('trust-names trust-namespace trust-descriptor trust-limits trust-reaper trust-bound '
         'trust-tenants trust-std_fds').split()
SHM = 'proc-sweeper proc-directory proc-create_death proc-passage proc-memory proc-bystander proc-time_namespace'.split()
EXPLORE = ['explore-1', 'explore-2'] # minutes for each mutant; only with -x, for the rooms in it
EXPLORED = 'shm sync queue use stream'.split()
VM = ('vm-waiters vm-wire vm-signal vm-death vm-inflight vm-hostile vm-transport vm-region vm-dxgk vm-quota vm-tenants '
      'vm-waits vm-running vm-report vm-saved vm-idle vm-vmm vm-bell vm-failing vm-out vm-refusals vm-embedder '
      'vm-refusing vm-cids vm-published').split()
DAEMON = 'vm-daemon vm-operator vm-local vm-lies vm-nasty vm-place vm-asking vm-swap'.split()
DRAWN = ['win draw', 'win draw_d3d10', 'win draw_share', 'win draw_copy', 'win fence_draw'] # by software Vulkan
ROOMS = {
    'base': [['message'] + UNIT, WAITERS, TRUST + DEATHS + ['trust-looker', 'vm-local']],
    'shm': [UNIT + URING + ['spin'], WAITERS + ['trust-failing', 'trust-looker', 'proc-exhaustion', 'proc-process', 'proc-join'],
            TRUST + SHM + ['proc-race'], ['proc-sync_kill', 'proc-kill_point', 'proc-random_kill']],
    'sync': [UNIT + URING, WAITERS + ['vm-waiters', 'proc-twin', 'proc-fence', 'trust-failing', 'proc-untold'],
             ['proc-race', 'trust-looker'], ['proc-sync_kill', 'proc-kill_point', 'proc-random_kill']],
    'queue': [['messages', 'queue', 'sync'], WAITERS + ['proc-sync_kill', 'trust-failing']],
    'use': [['messages', 'sync', 'sync_recycle', 'pool', 'queue'], WAITERS + ['proc-sync_kill', 'proc-sync_abuse', 'trust-failing']],
    'surface': [['messages', 'surface', 'format', 'pool', 'dma_buf', 'tensor', 'params', 'message', 'stream'],
                WAITERS + ['proc-exhaustion', 'trust-allocator', 'trust-failing', 'proc-bad_input', 'trust-limits', 'tool-crop'],
                ['proc-create_death', 'proc-stream_kill', 'proc-stream_left', 'proc-scribble', 'proc-kill_point', 'proc-random_kill']],
    'stream': [['messages', 'stream', 'stream-without-uring', 'stream_calls', 'stream_change', 'stream_travel'], WAITERS + ['trust-failing', 'proc-untold'],
               ['proc-stream_kill', 'proc-stream_left', 'proc-scribble', 'proc-kill_point']],
    'wire': [VM],
    'guest': [VM, DAEMON],
    'host': [VM, DAEMON],
    'win/nt': [['win nt', 'win objects', 'win locks'], ['win kmt', 'win border'],
               ['win codes', 'win wchar', 'win keyed_mutex', 'win host_events']],
    'win/kmt': [['win kmt', 'win border']],
    'win/dxgi': [['win resource', 'win getters', 'win view', 'win format', 'win device', 'win pipeline'],
                 ['win state', 'win clear_view', 'win keyed_mutex', 'win fence', 'win swap_chain'] + DRAWN],
    'win/mf': [['win mf', 'win mf_buffer', 'win mf_foreign', 'win d3d12', 'win mf_attributes', 'win mf_sample', 'win mf_picture',
                'win mf_manager', 'win mf_allocator', 'win mf_recycle']],
    'cuda': [['cuda', 'cuda-keyed', 'cuda-lies', 'cuda-threads'], ['cuda-failure', 'cuda-closed']],
}
