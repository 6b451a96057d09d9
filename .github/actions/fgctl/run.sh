#!/usr/bin/env bash
# Runs fgctl with the arguments of the action, shows its output in the log and in the step's summary, and leaves the exit
# code to the step that follows.
set -uo pipefail

# The arguments are split as a shell splits words, with quotes, but nothing in them is expanded or run.
report=$(mktemp)
if ! printf '%s' "$FGCTL_ACTION_ARGS" | xargs printf '%s\0' >"$report"; then
	echo "::error::args is '$FGCTL_ACTION_ARGS'; close its quotes"
	exit 2
fi
args=()
while IFS= read -r -d '' word; do args+=("$word"); done <"$report"

# With -o github fgctl writes the summary itself, which stands in the place of its output then.
GITHUB_STEP_SUMMARY=$report.md fgctl "${args[@]}" >"$report.out" 2>"$report.err"
code=$?
cat "$report.err" >&2
cat "$report.out"
{
	echo "### fgctl ${args[0]:-}: exit code $code"
	echo
	if [ -s "$report.md" ]; then
		head -c 60000 "$report.md"
		echo
		: >"$report.out"
	fi
	if [ -s "$report.out" ] || [ -s "$report.err" ]; then
		echo '```'
		head -c 60000 "$report.out" | sed 's/```/` ` `/g'
		head -c 4000 "$report.err" | sed 's/```/` ` `/g'
		echo '```'
	fi
} >"$report"
cat "$report" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
{
	echo "exit-code=$code"
	echo "report=$report"
} >>"$GITHUB_OUTPUT"
