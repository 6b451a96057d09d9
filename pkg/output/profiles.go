package output

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
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
	Name        string            `json:"name"`
	Region      string            `json:"region"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// accountAnnotation names the credentials profile by which a cluster was read, where there were several.
const accountAnnotation = "fgctl/aws-profile"

// ClusterProfiles are the profiles of one cluster.
type ClusterProfiles struct {
	// Account is the AWS credentials profile; empty where there is only one.
	Account  string
	Cluster  string
	Region   string
	Profiles []fargate.Profile
}

// ProfileOptions say how profiles are printed.
type ProfileOptions struct {
	// Format is table, wide, json, yaml, clusterconfig or name.
	Format string
	// NoHeaders leaves out the header of a table.
	NoHeaders bool
	// Several reports whether to name the cluster of each profile.
	Several bool
}

// Profiles writes profiles to Out.
func Profiles(s *Streams, o ProfileOptions, all []ClusterProfiles) error {
	switch o.Format {
	case "json":
		return JSON(s.Out, profileItems(o.Several, all))
	case "yaml":
		return YAML(s.Out, profileItems(o.Several, all))
	case "clusterconfig":
		return printConfigs(s, clusterConfigs(all))
	case "name":
		return printNames(s, o.Several, all)
	}
	streams := *s
	var header []string
	var rows [][]string
	if o.Format == "wide" {
		// Whoever asks for a wide table gets long lines, which the terminal wraps.
		streams.Width = 0
		header, rows = profileTable(wideTable, o.Several, all)
	} else {
		header, rows = profileTable(fullTable, o.Several, all)
		if streams.OutTerminal && streams.Width > 0 && TableWidth(header, rows) > streams.Width {
			header, rows = profileTable(narrowTable, o.Several, all)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if o.NoHeaders {
		header = nil
	}
	return Table(&streams, header, rows)
}

// profileItems is a list of profiles for one cluster, and a list of ClusterConfigs for several.
func profileItems(several bool, all []ClusterProfiles) any {
	configs := clusterConfigs(all)
	if several {
		return configs
	}
	items := []profilefile.Item{}
	for _, c := range configs {
		items = append(items, c.Profiles...)
	}
	return items
}

func clusterConfigs(all []ClusterProfiles) []clusterConfig {
	configs := make([]clusterConfig, 0, len(all))
	for _, c := range all {
		config := clusterConfig{
			APIVersion: "eksctl.io/v1alpha5", Kind: "ClusterConfig",
			Metadata: clusterMetadata{Name: c.Cluster, Region: c.Region},
			Profiles: []profilefile.Item{},
		}
		if c.Account != "" {
			config.Metadata.Annotations = map[string]string{accountAnnotation: c.Account}
		}
		for _, p := range c.Profiles {
			config.Profiles = append(config.Profiles, profilefile.ItemOf(p))
		}
		configs = append(configs, config)
	}
	return configs
}

// printConfigs writes a document for each cluster.
func printConfigs(s *Streams, configs []clusterConfig) error {
	for i, config := range configs {
		if i > 0 {
			if _, err := io.WriteString(s.Out, "---\n"); err != nil {
				return err
			}
		}
		if err := YAML(s.Out, config); err != nil {
			return err
		}
	}
	return nil
}

// printNames writes one name a line; with several clusters the cluster stands before it.
func printNames(s *Streams, several bool, all []ClusterProfiles) error {
	var out strings.Builder
	for _, c := range all {
		for _, p := range c.Profiles {
			name := Clean(p.Name)
			if several {
				name = Clean(c.Cluster) + "/" + name
			}
			fmt.Fprintln(&out, name)
		}
	}
	_, err := fmt.Fprint(s.Out, out.String())
	return err
}

// tableForm is one of the tables of profiles.
type tableForm int

// The tables: fullTable has eksctl's columns, wideTable some more, and narrowTable is for a terminal
// that fullTable does not fit: shorter headers, roles by name, the number of subnets, and no tags.
const (
	fullTable tableForm = iota
	wideTable
	narrowTable
)

// profileTable makes one row per selector.
func profileTable(form tableForm, several bool, all []ClusterProfiles) (header []string, rows [][]string) {
	switch form {
	case narrowTable:
		header = []string{"NAME", "NAMESPACE", "LABELS", "ROLE", "SUBNETS", "STATUS"}
	default:
		header = []string{
			"NAME", "SELECTOR_NAMESPACE", "SELECTOR_LABELS", "POD_EXECUTION_ROLE_ARN", "SUBNETS",
			"TAGS", "STATUS",
		}
		if form == wideTable {
			header = append(header, "CREATED", "HEALTH", "ARN")
		}
	}
	accounts := slices.ContainsFunc(all, func(c ClusterProfiles) bool { return c.Account != "" })
	if several {
		header = append([]string{"CLUSTER", "REGION"}, header...)
	}
	if accounts {
		header = append([]string{"ACCOUNT"}, header...)
	}
	for _, c := range all {
		for _, p := range c.Profiles {
			for _, row := range profileRows(p, form) {
				if several {
					row = append([]string{c.Cluster, c.Region}, row...)
				}
				if accounts {
					row = append([]string{c.Account}, row...)
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
	rows := make([][]string, 0, len(selectors))
	for _, s := range selectors {
		var row []string
		if form == narrowTable {
			role := p.PodExecutionRoleARN[strings.LastIndexByte(p.PodExecutionRoleARN, '/')+1:]
			row = []string{p.Name, s.Namespace, pairs(s.Labels), role, strconv.Itoa(len(p.Subnets)), string(p.Status)}
		} else {
			row = []string{
				p.Name, s.Namespace, pairs(s.Labels), p.PodExecutionRoleARN, subnets, pairs(p.Tags),
				string(p.Status),
			}
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

// pairs writes a map as k=v,k=v in byte order, or <none>.
func pairs(m map[string]string) string {
	if len(m) == 0 {
		return "<none>"
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+"="+m[k])
	}
	return strings.Join(out, ",")
}
