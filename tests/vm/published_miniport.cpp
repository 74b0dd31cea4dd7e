// SPDX-License-Identifier: MIT
// The same source as C++.
#include "published_miniport.c"
