package match

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/fleet"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// fleetFormats are the formats of match for several clusters.
var fleetFormats = []string{"table", "wide", "json", "yaml"}

// fleetFaults are those of flags that are for one cluster only.
func (o *options) fleetFaults() []error {
	if !o.Several() {
		return nil
	}
	var faults []error
	if len(o.profilesFrom) > 0 {
		faults = append(faults, errors.New("--profiles-from names profiles, and several clusters are asked for theirs; "+
			"leave out one of the two"))
	}
	if o.overlaps {
		faults = append(faults, errors.New("--overlaps compares the profiles of one cluster; for several: "+
			"fgctl check fargateprofile --all-clusters"))
	}
	if !slices.Contains(fleetFormats, o.output) {
		faults = append(faults, fmt.Errorf("invalid value %q for --output: for several clusters it must be %s", o.output,
			strings.Join(fleetFormats, ", ")))
	}
	return faults
}

// subject is one cluster against whose profiles the pods are judged.
type subject struct {
	guide    *guide
	matcher  *fargate.Matcher
	gate     *gate
	out      printer
	summary  fargate.Summary
	buffered *bytes.Buffer // what out has written, where there are several
}

// readSubjects reads the profiles of every cluster that is asked for; the error is of those that could not be read.
func readSubjects(ctx context.Context, e *env.Env, opts options) ([]*subject, error) {
	if !opts.Several() {
		profiles, guide, err := readProfiles(ctx, e, opts)
		if err != nil {
			return nil, err
		}
		warnUnexpected(e, opts.expect, profiles)
		return []*subject{newSubject(ctx, e, opts, profiles, guide)}, nil
	}
	place, err := opts.FleetPlace(e, env.Place{})
	if err != nil {
		return nil, err
	}
	return fleet.Read(ctx, e, opts.Scope, place, cloud.Options{},
		func(client *cloud.Client) func(context.Context, string) (*subject, error) {
			return func(ctx context.Context, cluster string) (*subject, error) {
				profiles, err := client.Profiles(ctx, cluster)
				if err != nil {
					return nil, env.ExplainNotFound(ctx, client, err, cluster, "")
				}
				own, streams, written := *e, *e.Streams, &bytes.Buffer{}
				streams.Out, own.Streams = written, &streams
				s := newSubject(ctx, &own, opts, profiles, &guide{env: e, place: opts.PlaceOf(place, client, cluster)})
				s.buffered = written
				return s, nil
			}
		})
}

func newSubject(ctx context.Context, e *env.Env, opts options, profiles []fargate.Profile, guide *guide) *subject {
	if guide.client != nil {
		opts.Objects.SetClusterGroup(func() string { return guide.clusterGroup(ctx) })
	}
	gate := &gate{failOn: opts.failOn, expect: opts.expect}
	return &subject{
		guide: guide, matcher: fargate.NewMatcher(profiles).With(opts.Objects), gate: gate,
		out: newPrinter(e, opts, guide, gate),
	}
}

// printFleet writes what was found for each cluster: a table of them first, or one document.
func (o *options) printFleet(e *env.Env, subjects []*subject) error {
	switch {
	case o.quiet:
		return nil
	case o.output == "json":
		return printJSON(e, subjects)
	case o.output == "yaml":
		return printYAML(e.Streams.Out, subjects)
	}
	header := append(o.Columns("ACCOUNT", "CLUSTER", "REGION"),
		"PODS", "MATCHED", "AMBIGUOUS", "UNMATCHED", "EXCLUDED", "FAILED")
	rows := make([][]string, len(subjects))
	for i, s := range subjects {
		rows[i] = o.Columns(s.guide.place.Account, s.guide.place.Cluster, s.guide.place.Region)
		for _, n := range []int{
			s.summary.Pods, s.summary.Matched, s.summary.Ambiguous, s.summary.Unmatched, s.summary.Excluded, s.gate.failed,
		} {
			rows[i] = append(rows[i], strconv.Itoa(n))
		}
	}
	if err := output.Table(e.Streams, header, rows); err != nil {
		return err
	}
	for _, s := range subjects {
		title := output.Clean(s.guide.place.String())
		if _, err := fmt.Fprintf(e.Streams.Out, "\ncluster %s\n%s", title, s.buffered); err != nil {
			return err
		}
	}
	return nil
}

// found is a cluster in the form of -o json; it does not change, but fields may be added.
type found struct {
	Account string `json:"awsProfile,omitempty"`
	Cluster string `json:"cluster"`
	Region  string `json:"region"`
	// Result is what match prints for one cluster.
	Result json.RawMessage `json:"result"`
}

func printJSON(e *env.Env, subjects []*subject) error {
	all := make([]found, len(subjects))
	for i, s := range subjects {
		all[i] = found{s.guide.place.Account, s.guide.place.Cluster, s.guide.region(), s.buffered.Bytes()}
	}
	return output.JSON(e.Streams.Out, map[string][]found{"clusters": all})
}

func printYAML(w io.Writer, subjects []*subject) error {
	var out strings.Builder
	out.WriteString("clusters:\n")
	for _, s := range subjects {
		fmt.Fprintf(&out, "  - cluster: %q\n    region: %q\n", s.guide.place.Cluster, s.guide.region())
		if s.guide.place.Account != "" {
			fmt.Fprintf(&out, "    awsProfile: %q\n", s.guide.place.Account)
		}
		out.WriteString("    result:\n" + output.Indent(s.buffered.String(), "      "))
	}
	_, err := io.WriteString(w, out.String())
	return err
}
