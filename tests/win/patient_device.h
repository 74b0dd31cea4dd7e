/* SPDX-License-Identifier: MIT */
/*
 * A device whose queues can wait for a value that is signalled later, as those of Windows do:
 * before another device, with a thread for each queue that does in order what the queue was given.
 * Resources, fences and command lists are the other device's. Only the methods that the tests and
 * the library need are there.
 */
#ifndef TESTS_WIN_PATIENT_DEVICE_H
#define TESTS_WIN_PATIENT_DEVICE_H

#include "d3d12_harness.h"

ID3D12Device *patient_device_create(ID3D12Device *inner);

/* How many queues were made of it. */
unsigned patient_device_queues(ID3D12Device *device);

/* How often the queue was told to wait. */
unsigned patient_queue_waits(ID3D12CommandQueue *queue);

#endif
