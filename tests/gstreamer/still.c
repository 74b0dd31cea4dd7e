/* SPDX-License-Identifier: MIT */
/*
 * Joins the domain that is named and leaves it, with the tests' library: XF_KILL_POINT in the
 * environment says where it stands still meanwhile, with what everybody wants.
 */
#include <crossfence/domain.h>
#include <signal.h>
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	struct xf_domain *domain;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc != 2 || xf_domain_open(argv[1], 0, xf_deadline(INT64_C(30000000000)), &domain))
		return 1;
	xf_domain_leave(domain);
	return 0;
}
