package cli

// This file holds what create, delete, replace and wait share: the runner of sequences, how an
// unfinished one tells its way on, and what is printed of a profile that was changed.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/preflight"
	"github.com/fgctl/fgctl/pkg/profilefile"
	"github.com/fgctl/fgctl/pkg/trust"
)

// waitFlags are the flags of a command that waits for AWS.
type waitFlags struct {
	timeLimit
	wait bool
}

func (w *waitFlags) addTo(cmd *cobra.Command, until string) {
	cmd.Flags().BoolVarP(&w.wait, "wait", "w", true, "wait until "+until)
	w.addTimeout(cmd, changeTime)
	cmd.Flags().Lookup("timeout").Usage = "the longest that the whole run may take, without the time at questions; 0 for no limit"
}

// runner makes the runner of a sequence. Call stop when it is done.
func (a *app) runner(client lifecycle.EKS) (r *lifecycle.Runner, stop func()) {
	a.ending.resumeWith(a.again())
	progress := a.progress()
	return &lifecycle.Runner{EKS: client, Clock: a.clock, Report: progress, Deadline: a.deadline.end, Token: rand.Text}, progress.Stop
}

// unfinishedReplacement says that a profile is the successor in an unfinished replacement, and the ways out;
// it is empty for any other.
func (a *app) unfinishedReplacement(cluster string, profiles []fargate.Profile, p fargate.Profile) string {
	name := p.Tags[lifecycle.TagReplaces]
	if name == "" || name == p.Name {
		return ""
	}
	s, err := lifecycle.Assess(profiles, name)
	switch {
	case err != nil:
		return err.Error()
	case !s.Unfinished() || s.Successor.Name != p.Name:
		return ""
	}
	finish := a.replaceCommand(cluster, name)
	text := fmt.Sprintf("profile %s replaces %s, and that is unfinished; to finish it: %s", p.Name, name, finish)
	if s.CanAbort() {
		text += fmt.Sprintf("; to undo it: %s --abort", finish)
	}
	return text
}

// goOn adds to an unfinished sequence the command that goes on with it.
func goOn(err error, command string) error {
	var unfinished *lifecycle.Unfinished
	if !errors.As(err, &unfinished) {
		return err
	}
	if unfinished.Accepted {
		return fmt.Errorf("%w\nthe operation continues in AWS; to resume: %s", err, command)
	}
	return fmt.Errorf("%w\nto resume: %s", err, command)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellCommand writes a command line that a shell reads back as it was.
func shellCommand(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if !plainWord.MatchString(w) {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		quoted[i] = w
	}
	return strings.Join(quoted, " ")
}

// again is the command line of this run, with more words. What it read from standard input it wants again, and a
// comment says so.
func (a *app) again(more ...string) string {
	command := shellCommand(slices.Concat([]string{"fgctl"}, a.args, more)...)
	if a.inputRead {
		command += " # with the same standard input"
	}
	return command
}

// commandOn is a command line of fgctl for the same cluster, region, account and endpoint as this run. What
// the environment or the settings file says is left to them.
func (a *app) commandOn(cluster, region string, words ...string) string {
	words = append([]string{"fgctl"}, words...)
	if cluster != "" {
		words = append(words, "--cluster", cluster)
	}
	if region == "" && a.applied["region"] == "" {
		region = a.region()
	}
	if region != "" {
		words = append(words, "--region", region)
	}
	if a.global.profile != "" && a.applied["profile"] == "" {
		words = append(words, "--profile", a.global.profile)
	}
	if a.global.endpointURL != "" && a.applied["endpoint-url"] == "" {
		words = append(words, "--endpoint-url", a.global.endpointURL)
	}
	return shellCommand(words...)
}

// waitCommand is the command that waits for a profile.
func (a *app) waitCommand(cluster, region, name, state string) string {
	return a.commandOn(cluster, region, "wait", fargateprofile, name, "--for", state)
}

// replaceCommand is the command that finishes a replacement; with --abort it is the one that undoes it.
func (a *app) replaceCommand(cluster, name string) string {
	return a.commandOn(cluster, "", "replace", fargateprofile, name)
}

// roleOf is the ARN of the role that a checked profile will have, empty where it is not known; made reports whether
// the role must be made first.
func roleOf(report preflight.Report) (arn string, made bool) {
	c := report.Cluster
	switch {
	case report.NewRole == "" || report.Role.ARN != "":
		return report.Profile.PodExecutionRoleARN, false
	case c.Account() == "":
		return "", true
	}
	return "arn:" + c.Partition() + ":iam::" + c.Account() + ":role/" + report.NewRole, true
}

// ensureRole makes the role that the report wants to be made, or takes the one of its name that was judged. It returns
// the role of the profile; checked reports whether a complaint of EKS about its trust policy can only be IAM's lag.
func ensureRole(
	ctx context.Context, r *lifecycle.Runner, iam lifecycle.IAM, report preflight.Report,
) (arn string, checked bool, err error) {
	checked = report.Passed("role")
	if report.NewRole == "" {
		return report.Profile.PodExecutionRoleARN, checked, nil
	}
	c := report.Cluster
	role, trusted, err := r.EnsureRole(ctx, iam, lifecycle.NewRole{
		Name:        report.NewRole,
		Cluster:     c.Name,
		TrustPolicy: trust.PodExecutionRole(c.Partition(), c.Region(), c.Account(), c.Name),
		PolicyARN:   "arn:" + c.Partition() + ":iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy",
		Judged:      report.Role.TrustPolicy,
	})
	return role.ARN, checked || trusted, err
}

// showChecks prints the report of the pre-flight as a checklist.
func (a *app) showChecks(report preflight.Report) error {
	items := make([]output.Item, len(report.Results))
	for i, r := range report.Results {
		items[i] = output.Item{Mark: output.Mark(r.Level), Name: r.Check, Text: r.Message, Details: r.Details, Hint: r.Hint}
	}
	return a.checklist(items)
}

// showWarnings prints what EKS takes but users regret.
func (a *app) showWarnings(warnings fargate.Faults) {
	for _, w := range warnings {
		a.warn("%s", w)
	}
}

var changeFormats = []string{"table", "wide", "json", "yaml", "name"}

// addOutputFlag adds --output to a command that changes profiles: without it one line tells what was
// done.
func (a *app) addOutputFlag(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVarP(format, "output", "o", "", "output format: table, wide, json, yaml, name (default: one sentence)")
	mustComplete(cmd, "output", completeFixed(changeFormats))
}

func (a *app) checkOutputFlag(cmd *cobra.Command, format string) error {
	if format == "" {
		return nil
	}
	return a.oneOf(cmd, "output", format, changeFormats)
}

// showProfiles prints changed profiles in the format, or what was done as a sentence for each.
func (a *app) showProfiles(format string, profiles []fargate.Profile, sentences []string) error {
	if format != "" {
		return printProfiles(a, getOptions{output: format}, false, []clusterProfiles{{profiles: profiles}})
	}
	for _, s := range sentences {
		if _, err := fmt.Fprintln(a.streams.Out, output.Clean(s)); err != nil {
			return err
		}
	}
	return nil
}

// target finds cluster and client, reading the file that may name them first.
func (a *app) target(ctx context.Context, configFile string) (*cloud.Client, string, profilefile.File, error) {
	var file profilefile.File
	var err error
	if configFile != "" {
		if file, err = a.readConfigFile(ctx, configFile); err != nil {
			return nil, "", file, err
		}
	}
	cluster, err := a.clusterName()
	if err != nil {
		return nil, "", file, err
	}
	client, err := a.client(ctx)
	return client, cluster, file, err
}
