package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/message"
)

const symptomsHead = `<!-- Made by make docs from the table of fgctl explain; do not edit. -->

# Troubleshooting by symptom

Find the message that you have, or a part of it: in the events and conditions of a pod
(` + "`kubectl describe pod`" + `), in an error of AWS, Terraform or eksctl, or in the health of a profile
(` + "`fgctl get fargateprofile`" + `). On the command line the same is ` + "`fgctl explain 'TEXT'`" + `.

The texts were seen in public, at the sources named; fgctl has not been run against real AWS to make them.
`

// symptoms returns the page of known messages, grouped by who says them.
func symptoms() string {
	var b strings.Builder
	b.WriteString(symptomsHead)
	all, first := message.All(), map[string]int{}
	for i, k := range all {
		if _, seen := first[k.By]; !seen {
			first[k.By] = i
		}
	}
	slices.SortStableFunc(all, func(a, b message.Known) int { return cmp.Compare(first[a.By], first[b.By]) })
	speaker := ""
	for _, k := range all {
		if k.By != speaker {
			speaker = k.By
			fmt.Fprintf(&b, "\n## What %s says\n", speaker)
		}
		fmt.Fprintf(&b, "\n### %s\n\n> %s\n\n%s.\n\n%s.\n", k.Code, prose(k.Example), sentence(k.Cause),
			sentence(k.Cure))
		if k.Command != "" {
			fmt.Fprintf(&b, "\n```sh\n%s\n```\n", k.Command)
		}
		fmt.Fprintf(&b, "\nSource: %s.\n", prose(k.Source))
	}
	return b.String()
}

func sentence(text string) string { return prose(strings.ToUpper(text[:1]) + text[1:]) }
