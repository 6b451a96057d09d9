package output

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"k8s.io/client-go/util/jsonpath"

	"github.com/fgctl/fgctl/pkg/profilefile"
)

// The beginnings of kubectl's formats that fgctl has too; behind them stands what to print.
const (
	FormatJSONPath = "jsonpath="
	FormatColumns  = "custom-columns="
)

// rootField finds the field of the whole that a template begins with; the whole is a list and has none, so that nothing
// would be printed.
var rootField = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\{?(?:range )?\s*\.(\w+)`) })

// CheckPaths reports what is wrong with a format of kubectl's; other formats are not judged.
func CheckPaths(format string) error {
	if text, ok := strings.CutPrefix(format, FormatJSONPath); ok {
		if at := rootField().FindStringSubmatch(text); at != nil {
			return fmt.Errorf("the profiles are a list without %s; for their names: %s{[*].name}", at[1], FormatJSONPath)
		}
		_, err := parsePath(text)
		return err
	}
	if text, ok := strings.CutPrefix(format, FormatColumns); ok {
		_, err := parseColumns(text)
		return err
	}
	return nil
}

// parsePath parses a template of JSONPath. As in kubectl a field that is missing is nothing, and braces may be left out
// around a single path.
func parsePath(text string) (*jsonpath.JSONPath, error) {
	if text != "" && !strings.Contains(text, "{") {
		text = "{" + text + "}"
	}
	if text == "" {
		return nil, errors.New("the template is missing; for the names: {[*].name}")
	}
	path := jsonpath.New("output").AllowMissingKeys(true)
	if err := path.Parse(text); err != nil {
		return nil, fmt.Errorf("not a JSONPath template such as {[*].name}: %w", err)
	}
	return path, nil
}

// printPath writes what a template selects from data, which is used in its form as JSON.
func printPath(w io.Writer, text string, data any) error {
	path, err := parsePath(text)
	if err != nil {
		return err
	}
	plain, err := plainOf(data)
	if err != nil {
		return err
	}
	found, err := find(path, plain)
	var out bytes.Buffer
	for _, values := range found {
		err = errors.Join(err, path.PrintResults(&out, values))
	}
	if err != nil {
		return &PathError{fmt.Errorf("invalid value %q for --output: %w", FormatJSONPath+text, err)}
	}
	_, err = io.WriteString(w, CleanLines(out.String()))
	return err
}

// PathError says that a path does not fit what was read, which kubectl refuses, too: an index beyond the end of a list,
// one of what is no list, or a word that is none of JSONPath's.
type PathError struct{ Err error }

// Error returns the text of Err.
func (e *PathError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *PathError) Unwrap() error { return e.Err }

// find returns what a path selects; fields that are missing are left out.
func find(path *jsonpath.JSONPath, plain any) (found [][]reflect.Value, err error) {
	defer func() {
		// The library looks at the end of a range over nothing, and panics where that begins with an index.
		if recover() != nil {
			err = errors.New("a range over nothing begins with an index such as [0]; begin with a field")
		}
		if err != nil {
			err = fmt.Errorf("it does not fit the profiles that were read, which -o json shows: %w", err)
		}
	}()
	return path.FindResults(plain)
}

// plainOf returns data as encoding/json reads it.
func plainOf(data any) (plain any, err error) {
	text, err := marshal(data)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	return plain, err
}

// column is a column of custom-columns.
type column struct {
	header string
	path   *jsonpath.JSONPath
}

func parseColumns(text string) ([]column, error) {
	var out []column
	for spec := range strings.SplitSeq(text, ",") {
		header, path, _ := strings.Cut(spec, ":")
		if header == "" || !strings.HasPrefix(strings.TrimPrefix(path, "{"), ".") {
			return nil, fmt.Errorf("column %q is not of the form HEADER:.path, such as NAME:.name", spec)
		}
		parsed, err := parsePath(path)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", header, err)
		}
		out = append(out, column{header, parsed})
	}
	return out, nil
}

// columnTable makes a row of each profile, whose fields are those of its JSON, its cluster and its region.
func columnTable(text string, all []ClusterProfiles) (header []string, rows [][]string, err error) {
	columns, err := parseColumns(text)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range columns {
		header = append(header, c.header)
	}
	for _, c := range all {
		for _, p := range c.Profiles {
			plain, err := plainOf(struct {
				profilefile.Item
				Cluster string `json:"cluster"`
				Region  string `json:"region"`
			}{profilefile.ItemOf(p), c.Cluster, c.Region})
			if err != nil {
				return nil, nil, err
			}
			row := make([]string, len(columns))
			for i, c := range columns {
				if row[i], err = c.cell(plain); err != nil {
					return nil, nil, &PathError{
						fmt.Errorf("invalid value %q for --output: column %s: %w", FormatColumns+text, c.header, err),
					}
				}
			}
			rows = append(rows, row)
		}
	}
	return header, rows, nil
}

// cell returns the values that the path finds, with commas between them, or <none>.
func (c column) cell(plain any) (string, error) {
	found, err := find(c.path, plain)
	if err != nil {
		return "", err
	}
	var values []string
	for _, value := range slices.Concat(found...) {
		var text strings.Builder
		if err := c.path.PrintResults(&text, []reflect.Value{value}); err != nil {
			return "", err
		}
		values = append(values, text.String())
	}
	return cmp.Or(strings.Join(values, ","), "<none>"), nil
}
