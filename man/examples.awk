# SPDX-License-Identifier: MIT
# The program in the section `title` of a man page, EXAMPLE or another, as it stands between the lines of ```. There
# scdoc wants backslashes doubled.
/^# / { example = ($0 == "# " title) }
/^```$/ { literal = !literal; next }
example && literal { gsub(/\\\\/, "\\"); print }
