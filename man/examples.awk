# SPDX-License-Identifier: MIT
# The program in the section EXAMPLE of a man page, as it stands between the lines of ```. There
# scdoc wants backslashes doubled.
/^# / { example = ($0 == "# EXAMPLE") }
/^```$/ { literal = !literal; next }
example && literal { gsub(/\\\\/, "\\"); print }
