// Command fgctl manages Amazon EKS Fargate profiles and explains which one a pod would run on.
package main

import (
	"os"

	"github.com/fgctl/fgctl/pkg/cli"
	"github.com/fgctl/fgctl/pkg/output"
)

func main() { os.Exit(cli.Main(cli.Signals(), os.Args[1:], output.System())) }
