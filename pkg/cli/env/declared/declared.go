package declared

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// fileProfile is a profile with the place it was read from.
type fileProfile struct {
	profilefile.Entry
	source string
}

// ofOpenCluster reports whether only the tool that makes the profile knows its cluster.
func (p fileProfile) ofOpenCluster() bool { return p.OpenCluster != "" }

func (p fileProfile) place() string {
	return fmt.Sprintf("%s, line %d", document.SourceName(p.source), p.Line)
}

// Origin is where a file has a profile, and what it says of where that is: its cluster and region, empty where unknown,
// and whether another tool makes and deletes it.
type Origin struct {
	File            string
	Line            int
	Cluster, Region string
	Foreign         bool
}

// ProfilesOf reads the files of --profiles-from, and returns their profiles with their origins by name. All faults are
// reported together.
func ProfilesOf(ctx context.Context, e *env.Env, files []string) ([]fargate.Profile, map[string]Origin, error) {
	var faults []error
	var all []fileProfile
	for _, name := range files {
		data, err := e.ReadAll(ctx, name, env.MaxProfileFile)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("--profiles-from: %s: %w", document.SourceName(name), err))
			continue
		}
		file, err := profilefile.ParseDeclared(name, data)
		if err != nil {
			faults = append(faults, err)
		}
		for _, entry := range file.Profiles {
			entry.Name = EntryName(entry)
			all = append(all, fileProfile{entry, name})
		}
	}
	if len(faults) == 0 {
		var err error
		if all, err = ofOneCluster(e, all); err != nil {
			faults = append(faults, err)
		} else if all, err = ofOneRegion(e, all); err != nil {
			faults = append(faults, err)
		} else {
			faults = append(slices.Concat(faults, sameNames(all)), farBeyond(all)...)
		}
	}
	if len(faults) > 0 {
		return nil, nil, &env.UsageError{Err: errors.Join(faults...)}
	}
	if len(all) == 0 {
		names := make([]string, len(files))
		for i, name := range files {
			names[i] = document.SourceName(name)
		}
		e.Warn("there is no Fargate profile in %s, so nothing runs on Fargate", strings.Join(names, ", "))
	}
	nameOpen(e, all)
	profiles := make([]fargate.Profile, len(all))
	origins := map[string]Origin{}
	for i, p := range all {
		profiles[i] = p.Profile
		origins[p.Name] = Origin{p.source, p.Line, p.Cluster, p.Region, p.Foreign}
		bad, _ := fargate.Validate(p.Profile)
		for _, fault := range bad {
			e.Warn("%s: EKS would refuse profile %s: %s", p.place(), p.Name, fault)
		}
	}
	return profiles, origins, nil
}

// nameOpen warns of what the files leave open. --cluster, or the one cluster that the other profiles are of, stands
// in for an open one.
func nameOpen(e *env.Env, all []fileProfile) {
	standIn := e.Global.Cluster
	if clusters := distinct(all, func(p fileProfile) string { return p.Cluster }); len(clusters) == 1 {
		standIn = clusters[0]
	}
	for i := range all {
		p := &all[i]
		if p.OpenName != "" {
			e.Warn("%s: the name of profile %s is open (%s); pods that ask for it by its name are not judged by it",
				p.place(), p.Name, p.OpenName)
		}
		if p.ofOpenCluster() && standIn == "" {
			e.Warn("%s: the cluster of profile %s is open (%s); --cluster NAME says it", p.place(), p.Name,
				p.OpenCluster)
		}
		if p.ofOpenCluster() {
			p.Cluster = standIn
		}
	}
}

// MostJudged is how many selectors and labels pods are judged by, and how many profiles are compared: far more than
// EKS has, and few enough that judging does not take minutes.
const MostJudged = 100

// farBeyond are the faults of profiles that are not worth a warning, because they could not be profiles.
func farBeyond(all []fileProfile) (faults []error) {
	for _, p := range all {
		far := len(p.Selectors) > MostJudged ||
			slices.ContainsFunc(p.Selectors, func(s fargate.Selector) bool { return len(s.Labels) > MostJudged })
		if bad, _ := fargate.Validate(p.Profile); far {
			faults = append(faults, fmt.Errorf("%s: profile %s: %w", p.place(), p.Name, bad[:1]))
		}
	}
	return faults
}

// ofOneCluster keeps the profiles of one cluster: a pod has only one. Where the files know several,
// --cluster chooses; it stands in for a cluster that a file leaves open.
func ofOneCluster(e *env.Env, all []fileProfile) ([]fileProfile, error) {
	clusters := distinct(all, func(p fileProfile) string { return p.Cluster })
	wanted := e.Global.Cluster
	if e.IsSetting("cluster") && len(clusters) <= 1 {
		wanted = "" // one from the environment is not meant for this file
	}
	switch {
	case wanted == "" && len(clusters) > 1:
		return nil, fmt.Errorf("--profiles-from: the profiles are of several clusters (%s); choose one with "+
			"--cluster", strings.Join(clusters, ", "))
	case wanted == "":
		return all, nil
	case len(clusters) == 0 && !slices.ContainsFunc(all, fileProfile.ofOpenCluster):
		return nil, fmt.Errorf("--cluster %s and --profiles-from both say where the profiles come from; give one of "+
			"them", wanted)
	case len(clusters) > 0 && !slices.Contains(clusters, wanted):
		return nil, fmt.Errorf("--profiles-from: there is no profile of cluster %s; the profiles are of %s", wanted,
			strings.Join(clusters, ", "))
	}
	return slices.DeleteFunc(all, func(p fileProfile) bool { return p.Cluster != "" && p.Cluster != wanted }), nil
}

// ofOneRegion keeps the profiles of one region: clusters of two regions may have the same name. Where the
// files know several, --region chooses.
func ofOneRegion(e *env.Env, all []fileProfile) ([]fileProfile, error) {
	regions := distinct(all, func(p fileProfile) string { return p.Region })
	wanted := e.Global.Region
	switch {
	case len(regions) <= 1:
		return all, nil
	case !slices.Contains(regions, wanted):
		return nil, fmt.Errorf("--profiles-from: the profiles are of several regions (%s); choose one with --region",
			strings.Join(regions, ", "))
	}
	return slices.DeleteFunc(all, func(p fileProfile) bool { return p.Region != "" && p.Region != wanted }), nil
}

// distinct returns what the profiles say of themselves, each text once; those that say nothing are left out.
func distinct(all []fileProfile, says func(fileProfile) string) []string {
	var out []string
	for _, p := range all {
		if text := says(p); text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// sameNames are the faults of names that several files give: a cluster has one profile of a name.
func sameNames(all []fileProfile) []error {
	first := map[string]fileProfile{}
	var faults []error
	for _, p := range all {
		if before, ok := first[p.Name]; ok && p.Name != "" {
			faults = append(faults, fmt.Errorf("%s: the profile name %q is taken; it is also in %s", p.place(),
				p.Name, before.place()))
			continue
		}
		first[p.Name] = p
	}
	return faults
}
