// Package get holds the command that lists and shows profiles: of one cluster, of every cluster, of several regions.
package get

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/cli/env/fleet"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/output"
)

// options are the flags of get.
type options struct {
	env.TimeLimit
	fleet.Scope
	names      []string
	configFile string
	output     string
	noHeaders  bool
	chunkSize  int
	watch      bool
}

var formats = []string{
	"table", "wide", "json", "yaml", "clusterconfig", "name", output.FormatJSONPath, output.FormatColumns,
}

// NewCommand returns the command that holds get fargateprofile.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	var name string
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " [NAME...]",
		Aliases: env.FargateProfileAliases(),
		Short:   "List Fargate profiles, or show some",
		Long: `List the Fargate profiles of a cluster, one row per selector, or show those that are named; one that does
not exist is an error (exit 1), and the others are shown all the same.

In a pipe each row is one line with every cell; the columns are, but for fields that -o wide appends:
  NAME  SELECTOR_NAMESPACE  SELECTOR_LABELS  POD_EXECUTION_ROLE_ARN
  SUBNETS  TAGS  STATUS
with CLUSTER and REGION before them where several clusters are looked at, and ACCOUNT before these
with several accounts; what is empty is <none>. On a terminal cells that repeat in a profile's rows
stay blank, and one that is too narrow leaves columns out: tags first, then role and subnets.

-o json and -o yaml have the shape of the fargateProfiles items of an eksctl ClusterConfig, so that
the output feeds back in: fgctl create fargateprofile -f, fgctl match --profiles-from. With several
clusters they print a ClusterConfig each. -o clusterconfig writes the file that fgctl apply takes and
changes nothing for: names as apply knows them, and no tags of fgctl's or AWS's own. Why a profile has
failed is reported on stderr, and in the field health.

-o jsonpath=TEMPLATE applies kubectl's JSONPath to what -o json prints, a list; -o custom-columns= makes
a table of paths into each profile, which has the fields cluster and region besides. A field that is
missing is nothing there, and <none> in a column; an index beyond the end of a list is an error, as
kubectl's, with exit code 2. There is no go-template; use -o json with jq.

With --watch rows are printed as profiles change, in the clusters of the first look, until Ctrl-C; a
profile that is gone has the status gone, fgctl's own word. It looks every second while a profile is
in transition and every five seconds otherwise, and less often where that would be more than five
requests a second; -o json is then one profile a line.`,
		Example: `  fgctl get fargateprofile --cluster demo
  fgctl get fargateprofile web --cluster demo -o yaml
  fgctl get fp web batch -c demo --watch
  fgctl get fp -c demo -o wide

  # A field of each, in kubectl's way
  fgctl get fp -c demo -o jsonpath='{range [*]}{.name}{"\t"}{.status}{"\n"}{end}'
  fgctl get fp -c demo -o custom-columns=NAME:.name,NAMESPACES:.selectors[*].namespace,TEAM:.tags.team

  # Every cluster of two regions
  fgctl get fargateprofile --all-clusters --regions us-east-1,eu-west-1

  # Names only, for scripts
  fgctl get fp -c demo -o name | xargs -n1 echo`,
		Args: cobra.ArbitraryArgs,
		PreRun: func(cmd *cobra.Command, _ []string) {
			if opts.watch && !e.Given(cmd, "timeout") {
				opts.Timeout = 0
			}
		},
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			var err error
			if opts.names, err = e.Names(cmd, args, name); err != nil {
				return err
			}
			if err := opts.check(e, cmd); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: e.CompleteProfiles,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	e.AddClusterFlag(cmd)
	e.AddNameFlag(cmd, &name)
	flags.VarP((*env.Once)(&opts.configFile), "config-file", "f",
		"take cluster and region from this ClusterConfig; - reads stdin")
	flags.StringVarP(&opts.output, "output", "o", "table",
		"table, wide, json, yaml, clusterconfig, name, jsonpath=TEMPLATE or custom-columns=HEADER:.path,...")
	flags.BoolVar(&opts.noHeaders, "no-headers", false, "leave out the header of the table")
	flags.BoolVarP(&opts.watch, "watch", "w", false, "print rows as profiles change, until Ctrl-C")
	opts.AddFleet(e, cmd)
	flags.IntVar(&opts.chunkSize, "chunk-size", cloud.MaxPageSize,
		"how many names AWS lists per request; 0 leaves it to AWS")
	opts.AddTimeout(cmd, env.ReadTime)
	flags.Lookup("timeout").Usage += "; with --watch none unless given"
	env.MustComplete(cmd, "output", env.CompleteFixed(formats))
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	return e.Verb("get", "List and describe Fargate profiles", cmd)
}

// check judges what the flags of get ask for together.
func (o *options) check(e *env.Env, cmd *cobra.Command) error {
	format := o.output
	for _, known := range []string{output.FormatJSONPath, output.FormatColumns} {
		if strings.HasPrefix(format, known) {
			format = known
		}
	}
	if err := errors.Join(env.CheckNames(o.names...), e.NoneEmpty(cmd, "cluster", "regions"), o.CheckTimeout(e, cmd),
		e.OneOf(cmd, "output", format, formats)); err != nil {
		return err
	}
	if err := output.CheckPaths(o.output); err != nil {
		return e.InvalidValue(cmd, "output", o.output, err.Error())
	}
	if err := o.CheckFleet(e, cmd, o.configFile != ""); err != nil {
		return err
	}
	switch {
	case o.chunkSize < 0:
		return e.InvalidValue(cmd, "chunk-size", o.chunkSize, "must not be negative")
	case o.watch && (o.output == "yaml" || o.output == "clusterconfig"):
		return e.InvalidValue(cmd, "output", o.output, "must be another format with --watch, such as json")
	}
	return nil
}

// found is what was read of one cluster.
type found struct {
	output.ClusterProfiles
	place env.Place
	// missing are the names that were given and that the cluster does not have; explain says so of one of them.
	missing []string
	explain func(name string) error
	// again reads the cluster once more.
	again func() (found, error)
	// original is the profile that the only one shown replaces; nil where it was not read or is gone.
	original *fargate.Profile
}

// run asks every region at the same time, prints what it got, and fails for what it did not get.
func run(ctx context.Context, e *env.Env, opts options) error {
	var stated env.Place
	if opts.configFile != "" {
		var err error
		if _, stated, err = declared.ReadFile(ctx, e, opts.configFile); err != nil {
			return err
		}
	}
	place, err := opts.FleetPlace(e, stated)
	if err != nil {
		return err
	}
	shown := output.ProfileOptions{
		Format: opts.output, NoHeaders: opts.noHeaders, Several: opts.Several(), Lines: opts.watch,
	}
	list := output.NewProfileList(e.Streams, shown)
	options := cloud.Options{PageSize: opts.chunkSize}
	all, failure := fleet.Read(ctx, e, opts.Scope, place, options, opts.reader(place))
	failure = errors.Join(failure, opts.lacking(all))
	if len(opts.names) > 0 {
		all = slices.DeleteFunc(all, func(f found) bool { return len(f.Profiles) == 0 })
	}
	if len(all) == 0 && failure != nil {
		return failure
	}
	if opts.output == "clusterconfig" {
		return errors.Join(failure, printFile(e, clusters(all)))
	}
	if err := list.Print(clusters(all)); err != nil {
		return err
	}
	warnHealth(e, opts.Several(), clusters(all))
	warnReplacements(e, all)
	if failure != nil || !opts.watch {
		return failure
	}
	return opts.follow(ctx, e, list, all)
}

// lacking has an error for each name that none of the clusters has.
func (o *options) lacking(all []found) error {
	var faults []error
	for _, name := range o.names {
		switch {
		case len(all) == 0 || slices.ContainsFunc(all, func(f found) bool { return !slices.Contains(f.missing, name) }):
		case o.Several():
			faults = append(faults, fmt.Errorf("none of the clusters has a Fargate profile %q", name))
		default:
			faults = append(faults, all[0].explain(name))
		}
	}
	return errors.Join(faults...)
}

func clusters(all []found) []output.ClusterProfiles {
	out := make([]output.ClusterProfiles, len(all))
	for i, f := range all {
		out[i] = f.ClusterProfiles
	}
	return out
}

// printFile writes the profiles as a file that makes no difference, and says what such a file cannot have.
func printFile(e *env.Env, clusters []output.ClusterProfiles) error {
	for i, c := range clusters {
		file, left := decision.FileOf(c.Profiles)
		for _, p := range left {
			e.Warn("profile %s of cluster %s is left out: it is %s, or is being replaced", p.Name, c.Cluster, p.Status)
		}
		clusters[i].Profiles = file
	}
	return output.Profiles(e.Streams, output.ProfileOptions{Format: "clusterconfig"}, clusters)
}

// reader returns what reads one cluster of a region.
func (o *options) reader(place env.Place) func(*cloud.Client) func(context.Context, string) (found, error) {
	return func(client *cloud.Client) func(context.Context, string) (found, error) {
		return func(ctx context.Context, cluster string) (found, error) {
			return o.read(ctx, client, o.PlaceOf(place, client, cluster))
		}
	}
}

// read reads one cluster.
func (o *options) read(ctx context.Context, client *cloud.Client, at env.Place) (found, error) {
	cluster := at.Cluster
	out := found{place: at, ClusterProfiles: output.ClusterProfiles{
		Account: at.Account, Cluster: cluster, Region: client.Region(),
	}}
	out.again = func() (found, error) { return o.read(ctx, client, at) }
	var err error
	if len(o.names) == 0 {
		out.Profiles, err = client.Profiles(ctx, cluster)
	} else {
		var answers map[string]error
		out.Profiles, answers, err = client.ProfilesNamed(ctx, cluster, o.names)
		out.missing = slices.Collect(maps.Keys(answers))
		out.explain = func(name string) error { return env.ExplainNotFound(ctx, client, answers[name], cluster, name) }
	}
	if len(o.names) == 1 && len(out.Profiles) == 1 {
		out.original = getOriginal(ctx, client, out.Profiles[0])
	}
	return out, env.ExplainNotFound(ctx, client, err, cluster, "")
}

// getOriginal reads the profile that p replaces; nil where p replaces none, or where that one cannot be
// read: what is only a remark must not fail.
func getOriginal(ctx context.Context, client *cloud.Client, p fargate.Profile) *fargate.Profile {
	name := p.Tags[decision.TagReplaces]
	if name == "" || name == p.Name {
		return nil
	}
	original, err := client.Profile(ctx, p.Cluster, name)
	if err != nil {
		return nil
	}
	return &original
}

// warnHealth says on Err why profiles are not healthy, and where there are none at all.
func warnHealth(e *env.Env, several bool, all []output.ClusterProfiles) {
	count := 0
	for _, c := range all {
		count += len(c.Profiles)
		for _, p := range c.Profiles {
			for _, issue := range p.Issues {
				where := ""
				if several {
					where = fmt.Sprintf(" in cluster %s (%s)", c.Cluster, c.Region)
				}
				text := issue.String()
				if remedy := issue.Remedy(); remedy != "" {
					text += "; " + remedy
				}
				e.Warn("profile %s%s is %s: %s", p.Name, where, p.Status, text)
			}
		}
	}
	switch {
	case count > 0:
	case len(all) == 1:
		e.Info("No Fargate profiles in cluster %s.", all[0].Cluster)
	default:
		e.Info("No Fargate profiles in %d clusters.", len(all))
	}
}

// warnReplacements says on Err which profiles are part of an unfinished replacement, and the ways out.
func warnReplacements(e *env.Env, all []found) {
	for _, f := range all {
		known := f.Profiles
		if f.original != nil {
			known = append(slices.Clone(known), *f.original)
		}
		for _, p := range f.Profiles {
			if text := e.UnfinishedReplacement(f.place, known, p); text != "" {
				e.Warn("%s", text)
			}
		}
	}
}
