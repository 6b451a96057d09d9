package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/cloud"
)

// noneLeft looks whether --all was all: what the list lacked that the plan was made from, was not agreed to.
func (a *app) noneLeft(ctx context.Context, client *cloud.Client, cluster string, opts deleteOptions) error {
	runner, stop := a.runner(client)
	defer stop()
	left, err := client.Profiles(ctx, cluster)
	if err == nil {
		left, err = runner.Settled(ctx, cluster, left, false)
	}
	stop()
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("cluster %s still has Fargate profiles that the plan did not show: %s\nto delete them: %s",
			cluster, strings.Join(namesOf(left), ", "), opts.again(a))
	}
	return err
}
