/* SPDX-License-Identifier: MIT */
/* libwine-dev's combaseapi.h, and IID_PPV_ARGS, which it lacks. */
#pragma GCC system_header
#include_next <combaseapi.h>

#ifndef CROSSFENCE_WIN_COMBASEAPI_H
#define CROSSFENCE_WIN_COMBASEAPI_H

#ifdef __cplusplus
struct IUnknown; /* whichever of libwine-dev's headers comes first, they include each other */

/* Refuses what is not a pointer to a pointer to an interface. */
template <typename T> void **IID_PPV_ARGS_Helper(T **object)
{
	(void)static_cast<IUnknown *>(*object);
	return reinterpret_cast<void **>(object);
}

/* The last two arguments of a call that makes an interface: which one, and where it goes. */
#ifndef IID_PPV_ARGS
#define IID_PPV_ARGS(object) __uuidof(**(object)), IID_PPV_ARGS_Helper(object)
#endif
#endif

#endif
