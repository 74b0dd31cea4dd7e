"""The tests that suffice for a room, in rounds: the quickest are in the first."""
UNIT = 'messages keyed_mutex event timeline wait pool queue domain params sync surface'.split()
URING = ['keyed_mutex-without-uring', 'event-without-uring', 'domain-without-uring']
DEATHS = 'proc-kill_point proc-process proc-join proc-random_kill proc-sync_kill proc-race'.split()
WAITERS = 'proc-waiters proc-waiters-without-uring'.split()
TRUST = ('trust-names trust-namespace trust-descriptor trust-limits trust-reaper trust-bound '
         'trust-tenants trust-std_fds').split()
SHM = 'proc-sweeper proc-directory proc-create_death proc-passage proc-memory proc-bystander proc-time_namespace'.split()
# What asks the core by other ways, or takes long: for what the others do not notice.
REST = ('threads threads-without-uring uring timeline-without-uring pool_handles stream_complete proc-bad_input proc-complete '
        'proc-visitor proc-closed proc-carried proc-process-without-uring proc-exhaustion-without-uring stopped-rows fuzz-arena '
        'trust-alike trust-walked trust-apart trust-denied trust-nasty trust-answer trust-hanging '
        'trust-descriptor-without-uring trust-looker-without-uring proc-scribble_frames vm-region vm-death '
        'cuda cuda-threads tool-look tool-wait tool-death').split()
EXPLORE = ['explore-1', 'explore-2'] # minutes for each mutant; only with -x, for the rooms in it
EXPLORED = 'shm sync queue use stream'.split()
VM = ('vm-waiters vm-wire vm-signal vm-death vm-inflight vm-hostile vm-transport vm-region vm-dxgk vm-quota vm-tenants '
      'vm-waits vm-running vm-report vm-saved vm-idle vm-vmm vm-bell vm-failing vm-out vm-refusals vm-embedder '
      'vm-refusing vm-cids vm-published').split()
DAEMON = 'vm-daemon vm-operator vm-local vm-lies vm-nasty vm-place vm-asking vm-swap'.split()
DRAWN = ['win draw', 'win draw_d3d10', 'win draw_share', 'win draw_copy', 'win fence_draw'] # by software Vulkan
DRAWN_TOO = [f'win draw_{what}' for what in ('again blend sample format threads readback unbound view clear pending cast number '
                                             'layout meaning position hlsl').split()]
SHADERS = ['win shader', 'win shader_object', 'win input_layout', 'win reflect', 'win compile']
VULKAN = 'vulkan vulkan-queue vulkan-submit vulkan-failure vulkan-memory vulkan-closed vulkan-dma-buf vulkan-none'.split()
VULKAN_TOO = [f'vulkan-{what}-shared' for what in 'queue submit failure lie ask'.split()]
TOOL = 'tool-look tool-wait tool-top tool-death tool-doctor'.split()
ROOMS = {
    'base': [['message'] + UNIT, WAITERS, TRUST + DEATHS + ['trust-looker', 'vm-local'], REST],
    'shm': [UNIT + URING + ['spin'], WAITERS + ['trust-failing', 'trust-looker', 'proc-exhaustion', 'proc-process', 'proc-join'],
            TRUST + SHM + ['proc-race', 'proc-untold'], ['proc-sync_kill', 'proc-kill_point', 'proc-random_kill'], REST],
    'sync': [UNIT + URING + ['looks', 'message'], WAITERS + ['vm-waiters', 'proc-twin', 'proc-fence', 'trust-failing', 'proc-untold'],
             ['proc-race', 'trust-looker'], ['proc-sync_kill', 'proc-kill_point', 'proc-random_kill'], REST],
    'queue': [['messages', 'queue', 'sync'], WAITERS + ['proc-sync_kill', 'trust-failing'], REST],
    'use': [['messages', 'sync', 'sync_recycle', 'pool', 'queue'], WAITERS + ['proc-sync_kill', 'proc-sync_abuse', 'trust-failing'], REST],
    'surface': [['messages', 'surface', 'format', 'pool', 'dma_buf', 'tensor', 'params', 'message', 'stream'],
                WAITERS + ['proc-exhaustion', 'trust-allocator', 'trust-failing', 'proc-bad_input', 'trust-limits', 'tool-crop', 'proc-memory'],
                ['proc-create_death', 'proc-stream_kill', 'proc-stream_left', 'proc-scribble', 'proc-kill_point', 'proc-random_kill'], REST + VULKAN + VULKAN_TOO],
    'stream': [['messages', 'stream', 'stream-without-uring', 'stream_calls', 'stream_change', 'stream_travel'], WAITERS + ['trust-failing', 'proc-untold'],
               ['proc-stream_kill', 'proc-stream_left', 'proc-scribble', 'proc-kill_point'], REST],
    'wire': [VM],
    'guest': [VM, DAEMON],
    'host': [VM, DAEMON],
    'win/nt': [['win nt', 'win objects', 'win locks'], ['win kmt', 'win border'],
               ['win codes', 'win wchar', 'win keyed_mutex', 'win host_events']],
    'win/kmt': [['win kmt', 'win border'], VM],
    'win/dxgi': [['win resource', 'win getters', 'win view', 'win format', 'win device', 'win pipeline'],
                 ['win state', 'win clear_view', 'win keyed_mutex', 'win fence', 'win swap_chain'] + DRAWN,
                 ['win info_queue', 'win annotation', 'win device3', 'win fence12', 'win shared12', 'win-removed'] + SHADERS + DRAWN_TOO],
    'win/gpu': [DRAWN, DRAWN_TOO + ['win swap_chain', 'win-draw-share-device', 'win-draw-copy-device', 'win-removed']],
    'win/shader': [SHADERS, ['win draw', 'win shader_mutate'] + DRAWN_TOO],
    'win/adapters': [['win device', 'win-adapters', 'win fence12'], DRAWN],
    'win/mf': [['win mf', 'win mf_buffer', 'win mf_foreign', 'win d3d12', 'win mf_attributes', 'win mf_sample', 'win mf_picture',
                'win mf_manager', 'win mf_allocator', 'win mf_recycle'],
               ['win fence12', 'win shared12', 'win root_signature']],
    'vulkan': [VULKAN, VULKAN_TOO + ['win-draw-share-device']],
    'inspect': [['messages'], TOOL],
    'cuda': [['cuda', 'cuda-keyed', 'cuda-lies', 'cuda-threads'], ['cuda-failure', 'cuda-closed']],
}
