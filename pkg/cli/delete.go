package cli

// This file holds delete: say what will lose its profile, ask, delete one after another, poll through
// DELETING.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

type deleteOptions struct {
	waitFlags
	names          []string
	name           string
	configFile     string
	ignoreNotFound bool
	yes            bool
	dryRun         bool
	failOn         string
}

// failOnUncovered is the value of --fail-on of delete and replace.
const failOnUncovered = "uncovered"

func newDeleteCommand(a *app) *cobra.Command {
	var opts deleteOptions
	cmd := &cobra.Command{
		Use:     fargateprofile + " NAME...",
		Aliases: fargateprofileAliases,
		Short:   "Delete Fargate profiles, one after another",
		Long: `Delete Fargate profiles and wait until they are gone, one after another, as EKS wants it.

EKS stops the pods of a profile at once when it is deleted, whatever their PodDisruptionBudget says.
The plan, on stderr, says which selectors no other ACTIVE profile covers: their pods would stay
Pending. On a terminal delete asks; without one the command line is the answer. --fail-on uncovered
stops before any of these pods loses its profile.

A profile that is DELETING already is waited for. One that does not exist is an error (exit 1) unless
--ignore-not-found is given; the other profiles are deleted all the same.`,
		Example: `  fgctl delete fargateprofile web --cluster demo
  fgctl delete fargateprofile web batch --cluster demo --yes
  fgctl delete fp web -c demo --ignore-not-found --fail-on uncovered
  fgctl delete fp web -c demo --dry-run`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opts.checkDelete(a, cmd, args); err != nil {
				return err
			}
			return runDelete(cmd.Context(), a, opts)
		},
		ValidArgsFunction: a.completeProfiles,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	a.addClusterFlag(cmd)
	flags.StringVar(&opts.name, "name", "", "name of the profile, instead of the argument")
	flags.StringVarP(&opts.configFile, "config-file", "f", "", "take cluster and region, and without names the profiles too, from this file; - reads stdin")
	opts.waitFlags.addTo(cmd, "the profiles are gone")
	flags.BoolVar(&opts.ignoreNotFound, "ignore-not-found", false, "a profile that does not exist is no error")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "print the plan and delete nothing")
	a.addAnswerFlags(cmd, &opts.yes, &opts.failOn)
	mustComplete(cmd, "name", a.completeProfiles)
	return verb("delete", "Delete Fargate profiles", cmd)
}

// addAnswerFlags adds the flags that answer the question before the fact.
func (a *app) addAnswerFlags(cmd *cobra.Command, yes *bool, failOn *string) {
	cmd.Flags().BoolVarP(yes, "yes", "y", false, "do not ask")
	cmd.Flags().StringVar(failOn, "fail-on", "", "uncovered: stop, with exit 3, before any pod shape loses its profile")
	mustComplete(cmd, "fail-on", completeFixed([]string{failOnUncovered}))
}

func (opts *deleteOptions) checkDelete(a *app, cmd *cobra.Command, args []string) error {
	faults := []error{opts.check(cmd)}
	if opts.failOn != "" {
		faults = append(faults, a.oneOf(cmd, "fail-on", opts.failOn, []string{failOnUncovered}))
	}
	names := args
	if opts.name != "" {
		if len(args) > 0 && a.given(cmd, "name") {
			faults = append(faults, &usageError{err: errors.New("names are given as arguments and with --name; give one of the two"), command: cmd.CommandPath()})
		} else if len(args) == 0 {
			names = []string{opts.name}
		}
	}
	if slices.Contains(names, "") {
		faults = append(faults, &usageError{err: errors.New("a profile name is empty"), command: cmd.CommandPath()})
	}
	if len(names) == 0 && opts.configFile == "" {
		faults = append(faults, &usageError{err: errors.New("no profile is named"), command: cmd.CommandPath()})
	}
	for _, n := range names {
		if !slices.Contains(opts.names, n) {
			opts.names = append(opts.names, n)
		}
	}
	return errors.Join(faults...)
}

func runDelete(ctx context.Context, a *app, opts deleteOptions) error {
	client, cluster, file, err := a.target(ctx, opts.configFile)
	if err != nil {
		return err
	}
	if len(opts.names) == 0 {
		for _, entry := range file.Profiles {
			opts.names = append(opts.names, entry.Profile.Name)
		}
		if len(opts.names) == 0 {
			return usagef("%s holds no Fargate profile, and none is named", opts.configFile)
		}
	}
	profiles, err := client.Profiles(ctx, cluster)
	if err != nil {
		return a.explainNotFound(ctx, client, err, cluster, "")
	}
	doomed, missing := pick(profiles, opts.names)
	missingErr := a.missingProfiles(opts, cluster, without(profiles, doomed), missing)
	if len(doomed) == 0 {
		return missingErr
	}
	uncovered := a.planDeletion(cluster, doomed, profiles)
	switch {
	case uncovered && opts.failOn == failOnUncovered:
		return &refusedError{errors.New("pods would lose their profile; nothing was changed (--fail-on uncovered)")}
	case opts.dryRun:
		a.info("dry run: nothing was changed")
		return missingErr
	}
	if err := a.ask(ctx, opts.yes, fmt.Sprintf("Delete %s?", strings.Join(namesOf(doomed), ", "))); err != nil {
		return err
	}
	return errors.Join(a.deleteAll(ctx, client, doomed, opts), missingErr)
}

// ask asks on a terminal unless yes answers; without a terminal the command line is the answer.
func (a *app) ask(ctx context.Context, yes bool, question string) error {
	if yes || !a.interactive() {
		return nil
	}
	agreed, err := a.confirm(ctx, question)
	if err != nil {
		return err
	}
	if !agreed {
		return &refusedError{errors.New("you did not agree; nothing was changed")}
	}
	return nil
}

// pick gives the profiles of the names, in the order of the names, and the names that have none.
func pick(profiles []fargate.Profile, names []string) (found []fargate.Profile, missing []string) {
	for _, name := range names {
		if i := slices.IndexFunc(profiles, func(p fargate.Profile) bool { return p.Name == name }); i >= 0 {
			found = append(found, profiles[i])
		} else {
			missing = append(missing, name)
		}
	}
	return found, missing
}

// without gives the profiles that are not among the others.
func without(profiles, others []fargate.Profile) []fargate.Profile {
	return slices.DeleteFunc(slices.Clone(profiles), func(p fargate.Profile) bool { return slices.Contains(namesOf(others), p.Name) })
}

func namesOf(profiles []fargate.Profile) []string {
	out := make([]string, len(profiles))
	for i, p := range profiles {
		out[i] = p.Name
	}
	return out
}

// missingProfiles is the error for names that do not exist, or nothing but a word about them.
func (a *app) missingProfiles(opts deleteOptions, cluster string, profiles []fargate.Profile, missing []string) error {
	var errs []error
	for _, name := range missing {
		if opts.ignoreNotFound {
			a.info("cluster %s has no Fargate profile %s; nothing to delete", cluster, name)
			continue
		}
		errs = append(errs, fmt.Errorf("cluster %s has no Fargate profile %q%s", cluster, name, thereAre(name, namesOf(profiles))))
	}
	return errors.Join(errs...)
}

// planDeletion says, on Err, what will be deleted and which pods lose their profile, and tells whether
// any do.
func (a *app) planDeletion(cluster string, doomed, profiles []fargate.Profile) (uncovered bool) {
	var remaining []fargate.Selector
	rest := without(profiles, doomed)
	for _, p := range rest {
		if p.Status.TakesPods() {
			remaining = append(remaining, p.Selectors...)
		}
	}
	a.info("Plan for cluster %s:", cluster)
	for i, p := range doomed {
		if p.Status == fargate.StatusDeleting {
			a.info("  %d. profile %s is DELETING already; wait until it is gone", i+1, p.Name)
			continue
		}
		a.info("  %d. delete profile %s (%s); its pods are stopped at once", i+1, p.Name, p.Status)
		lost := fargate.Uncovered(p.Selectors, remaining)
		for _, s := range p.Selectors {
			switch {
			case p.Status != fargate.StatusActive:
				a.info("     %s takes no pods while the profile is %s", s, p.Status)
			case slices.ContainsFunc(lost, s.Equal):
				uncovered = true
				a.warn("pods of %s lose their profile: no other ACTIVE profile covers them all, so they may stay Pending", s)
			default:
				a.info("     pods of %s are covered by %s", s, strings.Join(coverers(s, rest), ", "))
			}
		}
	}
	return uncovered
}

// coverers gives the names of the ACTIVE profiles that cover the selector, alone or together.
func coverers(s fargate.Selector, profiles []fargate.Profile) []string {
	return fargate.Coverage([]fargate.Selector{s}, profiles)[0].Profiles()
}

// deleteAll deletes one after another. A failure does not keep the next from being tried, unless time is
// up or the user has had enough.
func (a *app) deleteAll(ctx context.Context, client *cloud.Client, doomed []fargate.Profile, opts deleteOptions) error {
	runner, stop := a.runner(client, opts.timeout)
	defer stop()
	var errs []error
	for _, p := range doomed {
		err := runner.Delete(ctx, p, opts.wait)
		var unfinished *lifecycle.Unfinished
		switch {
		case errors.As(err, &unfinished):
			return errors.Join(append(errs, goOn(err, a.again()))...)
		case err != nil:
			errs = append(errs, fmt.Errorf("profile %s was not deleted: %w", p.Name, err))
			continue
		}
		done := fmt.Sprintf("profile %s is deleted from cluster %s", p.Name, p.Cluster)
		if !opts.wait {
			done = fmt.Sprintf("profile %s is being deleted from cluster %s", p.Name, p.Cluster)
		}
		stop()
		if err := a.showProfiles("", nil, []string{done}); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}
