package cli

// This file prints what get has found.

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// clusterConfig is one cluster of several in -o json and -o yaml, in eksctl's form of a file.
type clusterConfig struct {
	APIVersion string             `json:"apiVersion"`
	Kind       string             `json:"kind"`
	Metadata   clusterMetadata    `json:"metadata"`
	Profiles   []profilefile.Item `json:"fargateProfiles"`
}

type clusterMetadata struct {
	Name   string `json:"name"`
	Region string `json:"region"`
}

// printProfiles writes to Out in the form of --output.
func printProfiles(a *app, opts getOptions, several bool, all []clusterProfiles) error {
	switch opts.output {
	case "json":
		return output.JSON(a.streams.Out, profileItems(several, all))
	case "yaml":
		return output.YAML(a.streams.Out, profileItems(several, all))
	case "name":
		return printNames(a, several, all)
	}
	streams := *a.streams
	var header []string
	var rows [][]string
	if opts.output == "wide" {
		// Whoever asks for a wide table gets long lines, which the terminal wraps.
		streams.Width = 0
		header, rows = profileTable(wideTable, several, all)
	} else {
		header, rows = profileTable(fullTable, several, all)
		if streams.OutTerminal && streams.Width > 0 && output.TableWidth(header, rows) > streams.Width {
			header, rows = profileTable(narrowTable, several, all)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if opts.noHeaders {
		header = nil
	}
	return output.Table(&streams, header, rows)
}

// profileItems is a list of profiles for one cluster, and a list of ClusterConfigs for several.
func profileItems(several bool, all []clusterProfiles) any {
	configs := []clusterConfig{}
	items := []profilefile.Item{}
	for _, c := range all {
		config := clusterConfig{
			APIVersion: "eksctl.io/v1alpha5", Kind: "ClusterConfig",
			Metadata: clusterMetadata{Name: c.cluster, Region: c.region},
			Profiles: []profilefile.Item{},
		}
		for _, p := range c.profiles {
			config.Profiles = append(config.Profiles, profilefile.ItemOf(p))
		}
		configs = append(configs, config)
		items = append(items, config.Profiles...)
	}
	if several {
		return configs
	}
	return items
}

// printNames writes one name a line; with several clusters the cluster stands before it.
func printNames(a *app, several bool, all []clusterProfiles) error {
	var out strings.Builder
	for _, c := range all {
		for _, p := range c.profiles {
			name := output.Clean(p.Name)
			if several {
				name = output.Clean(c.cluster) + "/" + name
			}
			fmt.Fprintln(&out, name)
		}
	}
	_, err := fmt.Fprint(a.streams.Out, out.String())
	return err
}

// tableForm is one of the tables of get.
type tableForm int

// The tables: fullTable has eksctl's columns, wideTable some more, and narrowTable is for a terminal
// that fullTable does not fit: shorter headers, roles by name, the number of subnets, and no tags.
const (
	fullTable tableForm = iota
	wideTable
	narrowTable
)

// profileTable makes one row per selector.
func profileTable(form tableForm, several bool, all []clusterProfiles) (header []string, rows [][]string) {
	switch form {
	case narrowTable:
		header = []string{"NAME", "NAMESPACE", "LABELS", "ROLE", "SUBNETS", "STATUS"}
	default:
		header = []string{"NAME", "SELECTOR_NAMESPACE", "SELECTOR_LABELS", "POD_EXECUTION_ROLE_ARN", "SUBNETS", "TAGS", "STATUS"}
		if form == wideTable {
			header = append(header, "CREATED", "HEALTH", "ARN")
		}
	}
	if several {
		header = append([]string{"CLUSTER", "REGION"}, header...)
	}
	for _, c := range all {
		for _, p := range c.profiles {
			for _, row := range profileRows(p, form) {
				if several {
					row = append([]string{c.cluster, c.region}, row...)
				}
				rows = append(rows, row)
			}
		}
	}
	return header, rows
}

func profileRows(p fargate.Profile, form tableForm) [][]string {
	selectors := p.Selectors
	if len(selectors) == 0 {
		selectors = []fargate.Selector{{Namespace: "<none>"}}
	}
	subnets := strings.Join(p.Subnets, ",")
	if subnets == "" {
		subnets = "<none>"
	}
	var rows [][]string
	for _, s := range selectors {
		var row []string
		if form == narrowTable {
			role := p.PodExecutionRoleARN[strings.LastIndexByte(p.PodExecutionRoleARN, '/')+1:]
			row = []string{p.Name, s.Namespace, pairs(s.Labels), role, strconv.Itoa(len(p.Subnets)), string(p.Status)}
		} else {
			row = []string{p.Name, s.Namespace, pairs(s.Labels), p.PodExecutionRoleARN, subnets, pairs(p.Tags), string(p.Status)}
		}
		if form == wideTable {
			row = append(row, created(p.CreatedAt), health(p.Issues), p.ARN)
		}
		rows = append(rows, row)
	}
	return rows
}

func created(at time.Time) string {
	if at.IsZero() {
		return "<unknown>"
	}
	return at.UTC().Format(time.RFC3339)
}

func health(issues []fargate.HealthIssue) string {
	if len(issues) == 0 {
		return "<none>"
	}
	codes := make([]string, len(issues))
	for i, issue := range issues {
		codes[i] = issue.Code
	}
	return strings.Join(codes, ",")
}
