package main

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/preflight"
)

const codesHead = `<!-- Made by make docs from the table of fgctl check; do not edit. -->

# What fgctl check finds

Every finding of [fgctl check](checking.md) has one of these codes, which do not change: in brackets on a terminal, as
` + "`findings[].code` in `-o json`, as rule in `-o sarif`. `fgctl explain CODE`" + ` prints the same. The pre-flight
of create, replace and apply finds the same things with the same checks.
`

// codes is the page of the codes.
func codes() string {
	var b strings.Builder
	b.WriteString(codesHead)
	check := "-"
	for _, c := range preflight.Codes() {
		if c.Check != check {
			check = c.Check
			head := "Any check"
			if check != "" {
				head = "Check " + check
			}
			fmt.Fprintf(&b, "\n## %s\n", head)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s.\n\n→ %s.\n", c.Name, sentence(c.Meaning), c.Cure)
	}
	return b.String()
}
