/* SPDX-License-Identifier: MIT */
/* The few words of the driver kit that display miniports on Microsoft's pages are written in. */
#ifndef CROSSFENCE_WIN_DDK_NTDDK_H
#define CROSSFENCE_WIN_DDK_NTDDK_H

#include <stddef.h>
#include <stdint.h>

#include <crossfence/win/d3dkmddi_signal_event.h>

#ifndef _In_
#define _In_
#define _Out_
#define _Inout_
#endif
#ifndef IN
#define IN
#define OUT
#endif
#ifndef _Use_decl_annotations_
#define _Use_decl_annotations_
#endif
#ifndef APIENTRY
#define APIENTRY
#endif
#ifndef PAGED_CODE
#define PAGED_CODE() ((void)0)
#endif
#ifndef NT_SUCCESS
#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)
#endif
#ifndef ARGUMENT_PRESENT
#define ARGUMENT_PRESENT(argument) ((argument) != NULL)
#endif
#ifndef UNREFERENCED_PARAMETER
#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#endif

#endif
