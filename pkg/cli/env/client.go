package env

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/kubecontext"
	"github.com/fgctl/fgctl/pkg/output"
)

// Client returns the AWS client for a region; an empty one leaves the choice to the SDK.
func (e *Env) Client(ctx context.Context, region string) (*cloud.Client, error) {
	return e.ClientWith(ctx, cloud.Options{Region: region})
}

// ClientWith returns the AWS client with the region and page size of options; the rest is that of this run.
func (e *Env) ClientWith(ctx context.Context, options cloud.Options) (*cloud.Client, error) {
	options.EndpointURL = e.Global.EndpointURL
	if options.Profile == "" {
		options.Profile = e.Global.Profile()
	}
	options.UserAgent = "fgctl/" + e.Version
	options.Terminal = e.Streams.InTerminal && e.Streams.ErrTerminal
	options.Log, options.LogBodies = e.DebugLog(), e.logBodies()
	options.AttemptTimeout = deadlineOf(ctx).attempt()
	client, err := cloud.New(ctx, options)
	if err != nil {
		return nil, err
	}
	if e.Global.Verbose >= VerboseRequests {
		if caller, err := client.Caller(ctx); err != nil {
			e.Warn("cannot tell who you are to AWS: %v", err)
		} else {
			e.Info("you are %s in account %s, region %s", caller.ARN, caller.Account, client.Region())
		}
	}
	return client, nil
}

// Place returns the place that a command works on: the cluster and region that a file states, else those of the flags,
// else those of the current kubeconfig context, which it announces. The context's region goes with its cluster,
// whatever AWS_REGION says.
func (e *Env) Place(stated Place) (Place, error) {
	p := e.FlagPlace()
	if stated.Region != "" && stated.Region != p.Region {
		p.Region, p.ambient = stated.Region, false
	}
	if stated.Cluster != "" {
		p.Cluster = stated.Cluster
	}
	if p.Cluster != "" {
		return p, nil
	}
	current, err := kubecontext.Current(os.Getenv)
	switch {
	case err != nil:
		return p, &UsageError{Err: fmt.Errorf("no cluster is named, and the %w; or give --cluster NAME", err)}
	case current.Cluster == "" && current.Name != "":
		return p, Usagef("no cluster is named, and the kubeconfig context %q is not one of EKS; give --cluster NAME",
			current.Name)
	case current.Cluster == "":
		return p, Usagef("no cluster is named, and there is no kubeconfig context; give --cluster NAME")
	}
	p.Cluster = current.Cluster
	if p.Region == "" {
		p.Region, p.ambient = current.Region, false
	}
	e.Info("using cluster %s in %s, from the kubeconfig context %s", p.Cluster, p.Region, current.Name)
	return p, nil
}

// TakeARN makes a --cluster that is a cluster's ARN its name, and --region its region.
func (e *Env) TakeARN(cmd *cobra.Command) error {
	arn, stated := fargate.ParseARN(e.Global.Cluster), e.Global.Region
	name, isCluster := strings.CutPrefix(arn.Resource, "cluster/")
	switch {
	case !strings.HasPrefix(e.Global.Cluster, "arn:") || cmd.Flags().Lookup("cluster") == nil:
		return nil
	case arn.Service != "eks" || !isCluster || name == "" || arn.Region == "":
		return e.InvalidValue(cmd, "cluster", e.Global.Cluster,
			"must be a cluster's name, or its ARN such as arn:aws:eks:us-east-1:111122223333:cluster/NAME")
	case stated != "" && stated != arn.Region && e.Given(cmd, "region"):
		return e.InvalidValue(cmd, "cluster", e.Global.Cluster, "is in "+arn.Region+", but --region is "+stated)
	}
	e.Global.Cluster = name
	delete(e.Sources, "region")
	return cmd.Flags().Set("region", arn.Region)
}

// Target returns the client of the place that a command works on, and the place. See Place.
func (e *Env) Target(ctx context.Context, stated Place) (*cloud.Client, Place, error) {
	place, err := e.Place(stated)
	if err != nil {
		return nil, place, err
	}
	client, err := e.Client(ctx, place.Region)
	return client, place, err
}

// ExplainNotFound adds the names that there are to AWS's answer that one is not there. Other errors
// stay as they are.
func ExplainNotFound(ctx context.Context, client *cloud.Client, err error, cluster, name string) error {
	if cloud.ClassOf(err) != cloud.NotFound || cluster == "" {
		return err
	}
	if cloud.NoCluster(err) {
		names, listErr := client.ClusterNames(ctx)
		if listErr != nil {
			return err
		}
		return fmt.Errorf("there is no cluster %q in %s%s\n%w", cluster, client.Region(), ThereAre(cluster, names), err)
	}
	names, listErr := client.ProfileNames(ctx, cluster)
	if listErr != nil || name == "" {
		return err
	}
	return fmt.Errorf("cluster %s has no Fargate profile %q%s\n%w", cluster, name, ThereAre(name, names), err)
}

// ThereAre lists the names that exist, at most twenty.
func ThereAre(wanted string, names []string) string {
	const most = 20
	switch len(names) {
	case 0:
		return "; there are none"
	case 1:
		return "; there is only " + names[0] + DidYouMean(wanted, names, "")
	}
	return "; there are " + output.First(most, names) + DidYouMean(wanted, names, "")
}
