package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// noneLeft looks whether --all was all: what the list lacked that the plan was made from, was not agreed to. The
// profiles of the plan are accounted for already.
func (a *app) noneLeft(ctx context.Context, client *cloud.Client, cluster string, doomed []fargate.Profile, opts deleteOptions) error {
	runner, stop := a.Runner(ctx, client)
	defer stop()
	left, err := runner.Left(ctx, cluster, doomed)
	stop()
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("cluster %s still has Fargate profiles that the plan did not show: %s\nto delete them: %s",
			cluster, strings.Join(fargate.Names(left), ", "), opts.again(a))
	}
	return err
}
