package output

import (
	"cmp"
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
	// Format is table, wide, json, yaml, clusterconfig, name, or one that CheckPaths judges.
	Format string
	// NoHeaders leaves out the header of a table.
	NoHeaders bool
	// Several reports whether to name the cluster of each profile.
	Several bool
	// Lines writes JSON with one item a line.
	Lines bool
}

// Profiles writes profiles to Out.
func Profiles(s *Streams, o ProfileOptions, all []ClusterProfiles) error {
	return NewProfileList(s, o).Print(all)
}

// ProfileList writes profiles more than once, in one table.
type ProfileList struct {
	ProfileOptions
	streams Streams
	form    tableForm
	table   table
	begun   bool
}

// NewProfileList returns a list that writes to Out.
func NewProfileList(s *Streams, o ProfileOptions) *ProfileList {
	return &ProfileList{ProfileOptions: o, streams: *s, table: table{grouped: s.OutTerminal}}
}

// Print writes profiles; those of a table stand below what was printed before.
func (l *ProfileList) Print(all []ClusterProfiles) error {
	s, o := &l.streams, l.ProfileOptions
	switch o.Format {
	case "json":
		if !o.Lines {
			return JSON(s.Out, profileItems(o.Several, all))
		}
		return jsonLines(s.Out, profileItems(o.Several, all))
	case "yaml":
		return YAML(s.Out, profileItems(o.Several, all))
	case "clusterconfig":
		return printConfigs(s, clusterConfigs(all))
	case "name":
		return printNames(s, o.Several, all)
	}
	if text, ok := strings.CutPrefix(o.Format, FormatJSONPath); ok {
		err := printPath(s.Out, text, profileItems(o.Several, all))
		if err == nil && o.Lines {
			_, err = io.WriteString(s.Out, "\n")
		}
		return err
	}
	header, rows, err := l.rows(all)
	if len(rows) == 0 || err != nil {
		return err
	}
	if o.NoHeaders || l.begun {
		header = nil
	}
	l.begun = true
	return l.table.write(s, header, rows)
}

// rows returns the header and rows of a table, whose form is chosen for the first ones.
func (l *ProfileList) rows(all []ClusterProfiles) (header []string, rows [][]string, err error) {
	if text, ok := strings.CutPrefix(l.Format, FormatColumns); ok {
		return columnTable(text, all)
	}
	switch {
	case l.begun:
	case l.Format == "wide":
		// Whoever asks for a wide table gets long lines, which the terminal wraps.
		l.streams.Width, l.form = 0, wideTable
	case l.streams.Width > 0:
		header, rows := l.profileTable(fullTable, all)
		if tableWidth(header, rows, displayWidth) <= l.streams.Width {
			break
		}
		l.form = narrowTable
		if header, rows = l.profileTable(narrowTable, all); tableWidth(header, rows, wordWidth) > l.streams.Width {
			l.form = briefTable
		}
	}
	header, rows = l.profileTable(l.form, all)
	return header, rows, nil
}

// profileItems is a list of profiles for one cluster, and a list of ClusterConfigs for several.
func profileItems(several bool, all []ClusterProfiles) []any {
	items := []any{}
	for _, c := range clusterConfigs(all) {
		if several {
			items = append(items, c)
			continue
		}
		for _, p := range c.Profiles {
			items = append(items, p)
		}
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

// The tables: fullTable has eksctl's columns, wideTable some more, and narrowTable is for a terminal that fullTable
// does not fit: shorter headers, roles by name, the number of subnets, and no tags. Where words of that would be torn,
// briefTable leaves out roles and subnets too.
const (
	fullTable tableForm = iota
	wideTable
	narrowTable
	briefTable
)

// profileColumn is a column of a table of profiles.
type profileColumn struct {
	header string
	cell   func(profileRow) string
	// bySelector reports whether the cell is the selector's, and not the whole profile's.
	bySelector bool
}

// profileRow is what a row of a table of profiles is about.
type profileRow struct {
	c ClusterProfiles
	p fargate.Profile
	s fargate.Selector
}

// columns returns those of a table of profiles, in order.
func (l *ProfileList) columns(form tableForm, accounts bool) (out []profileColumn) {
	add := func(header string, cell func(profileRow) string) {
		out = append(out, profileColumn{header: header, cell: cell})
	}
	if accounts {
		add("ACCOUNT", func(r profileRow) string { return r.c.Account })
	}
	if l.Several {
		add("CLUSTER", func(r profileRow) string { return r.c.Cluster })
		add("REGION", func(r profileRow) string { return r.c.Region })
	}
	add("NAME", func(r profileRow) string { return r.p.Name })
	before := ""
	if form == fullTable || form == wideTable {
		before = "SELECTOR_"
	}
	out = append(out,
		profileColumn{before + "NAMESPACE", func(r profileRow) string { return r.s.Namespace }, true},
		profileColumn{before + "LABELS", func(r profileRow) string { return pairs(r.s.Labels) }, true})
	switch form {
	case fullTable, wideTable:
		add("POD_EXECUTION_ROLE_ARN", func(r profileRow) string { return r.p.PodExecutionRoleARN })
		add("SUBNETS", func(r profileRow) string { return strings.Join(r.p.Subnets, ",") })
		add("TAGS", func(r profileRow) string { return pairs(r.p.Tags) })
	case narrowTable:
		add("ROLE", func(r profileRow) string {
			return r.p.PodExecutionRoleARN[strings.LastIndexByte(r.p.PodExecutionRoleARN, '/')+1:]
		})
		add("SUBNETS", func(r profileRow) string { return strconv.Itoa(len(r.p.Subnets)) })
	case briefTable:
	}
	add("STATUS", func(r profileRow) string { return string(r.p.Status) })
	if form == wideTable {
		add("CREATED", func(r profileRow) string { return created(r.p.CreatedAt) })
		add("HEALTH", func(r profileRow) string { return health(r.p.Issues) })
		add("ARN", func(r profileRow) string { return r.p.ARN })
	}
	return out
}

// profileTable makes one row per selector; what is empty is <none>. On a terminal only the first of a profile has what
// is not the selector's.
func (l *ProfileList) profileTable(form tableForm, all []ClusterProfiles) (header []string, rows [][]string) {
	columns := l.columns(form, slices.ContainsFunc(all, func(c ClusterProfiles) bool { return c.Account != "" }))
	for _, col := range columns {
		header = append(header, col.header)
	}
	for _, c := range all {
		for _, p := range c.Profiles {
			selectors := p.Selectors
			if len(selectors) == 0 {
				selectors = []fargate.Selector{{}}
			}
			for i, s := range selectors {
				row := make([]string, len(columns))
				for j, col := range columns {
					if i == 0 || col.bySelector || !l.table.grouped {
						row[j] = cmp.Or(Clean(col.cell(profileRow{c, p, s})), "<none>")
					}
				}
				rows = append(rows, row)
			}
		}
	}
	return header, rows
}

func created(at time.Time) string {
	if at.IsZero() {
		return "<unknown>"
	}
	return at.UTC().Format(time.RFC3339)
}

func health(issues []fargate.HealthIssue) string {
	codes := make([]string, len(issues))
	for i, issue := range issues {
		codes[i] = issue.Code
	}
	return strings.Join(codes, ",")
}

// pairs writes a map as k=v,k=v in byte order.
func pairs(m map[string]string) string {
	out := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+"="+m[k])
	}
	return strings.Join(out, ",")
}
