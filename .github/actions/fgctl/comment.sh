#!/usr/bin/env bash
# Writes the report as a comment of the pull request. A later run of the same step writes over its own comment, which it
# knows by a first line that is not shown, and over no other's: all workflows of a repository comment as one user.
set -uo pipefail

if [ -z "${NUMBER:-}" ]; then
	echo "::notice::there is no pull request to comment on"
	exit 0
fi
step="${GITHUB_WORKFLOW:-} ${GITHUB_JOB:-} ${FGCTL_ACTION_ARGS:-}"
marker="<!-- fgctl $(printf '%s' "$step" | cksum | tr ' ' -) -->"
body=$(mktemp)
{ echo "$marker" && cat "$REPORT"; } >"$body"

comment() {
	local comments="repos/$GITHUB_REPOSITORY/issues" ids
	ids=$(gh api --paginate "$comments/$NUMBER/comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id") ||
		return
	if [ -n "$ids" ]; then
		gh api --silent --method PATCH "$comments/comments/${ids%%$'\n'*}" --field "body=@$body"
	else
		gh api --silent --method POST "$comments/$NUMBER/comments" --field "body=@$body"
	fi
}
# The verdict is the exit code of fgctl, which a comment that cannot be written does not change.
comment || echo "::warning::the comment was not written; its token needs pull-requests: write (a fork's has it not)"
