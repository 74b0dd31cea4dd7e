/* SPDX-License-Identifier: MIT */
/* The few words of the driver kit that display miniports on Microsoft's pages are written in. */
#ifndef CROSSFENCE_WIN_DDK_NTDDK_H
#define CROSSFENCE_WIN_DDK_NTDDK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <crossfence/win/d3dkmddi_signal_event.h>

#ifndef _In_
#define _In_
#define _Out_
#define _Inout_
#endif
#ifndef _In_opt_
#define _In_opt_
#define _Out_opt_
#define _Inout_opt_
#endif
#ifndef _Check_return_
#define _Check_return_
#endif
#ifndef _Function_class_
#define _Function_class_(type)
#endif
#ifndef _IRQL_requires_
#define _IRQL_requires_(level)
#define _IRQL_requires_max_(level)
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
#ifndef PASSIVE_LEVEL
#define PASSIVE_LEVEL  0
#define DISPATCH_LEVEL 2
#endif
#ifndef TRUE
#define TRUE  1
#define FALSE 0
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
#ifndef RtlZeroMemory
#define RtlZeroMemory(destination, length)	   memset((destination), 0, (length))
#define RtlCopyMemory(destination, source, length) memcpy((destination), (source), (length))
#endif
#ifndef UNREFERENCED_PARAMETER
#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#endif

#endif
