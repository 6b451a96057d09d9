package cli

// This file finds the AWS client and the cluster that a command works on.

import (
	"context"
	"fmt"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/internal/kubecontext"
)

// client makes the AWS client from the settings.
func (a *app) client(ctx context.Context) (*cloud.Client, error) {
	return a.clientIn(ctx, a.region())
}

// clientIn is client for another region; an empty one leaves the choice to the SDK.
func (a *app) clientIn(ctx context.Context, region string) (*cloud.Client, error) {
	client, err := cloud.New(ctx, cloud.Options{
		Region:         region,
		Profile:        a.global.profile,
		EndpointURL:    a.global.endpointURL,
		UserAgent:      "fgctl/" + readBuild().Version,
		Terminal:       a.streams.InTerminal && a.streams.ErrTerminal,
		PageSize:       a.pageSize,
		Log:            a.debugLog(),
		LogBodies:      a.logBodies(),
		AttemptTimeout: a.deadline.attempt(),
	})
	if err != nil {
		return nil, err
	}
	if a.global.verbose >= verboseRequests {
		if caller, err := client.Caller(ctx); err != nil {
			a.warn("cannot tell who you are to AWS: %v", err)
		} else {
			a.info("you are %s in account %s, region %s", caller.ARN, caller.Account, client.Region())
		}
	}
	return client, nil
}

// region is the region of the flags, else that of the kubeconfig context that named the cluster: the
// cluster is there, whatever AWS_REGION says. Empty leaves the choice to the SDK.
func (a *app) region() string {
	if a.global.region != "" {
		return a.global.region
	}
	return a.contextRegion
}

// clusterName returns the cluster of the flags, else that of the current kubeconfig context, and says so.
// Call it before client: the place that names the cluster may name its region too.
func (a *app) clusterName() (string, error) {
	if a.global.cluster != "" {
		return a.global.cluster, nil
	}
	current, err := kubecontext.Current(environment)
	switch {
	case err != nil:
		return "", &usageError{err: fmt.Errorf("no cluster is named, and the %w; or give --cluster NAME", err)}
	case current.Cluster == "" && current.Name != "":
		return "", usagef("no cluster is named, and the kubeconfig context %q is not one of EKS; give --cluster NAME", current.Name)
	case current.Cluster == "":
		return "", usagef("no cluster is named, and there is no kubeconfig context; give --cluster NAME")
	}
	a.global.cluster, a.contextRegion = current.Cluster, current.Region
	a.info("using cluster %s in %s, from the kubeconfig context %s", current.Cluster, a.region(), current.Name)
	return current.Cluster, nil
}
