// Command fgctl manages Amazon EKS Fargate profiles and explains which one a pod would run on.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/fgctl/fgctl/pkg/cli"
	"github.com/fgctl/fgctl/pkg/output"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends fgctl in good order; once it has come, a second one kills it at once.
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Main(ctx, os.Args[1:], output.System()))
}
