package cli

// A flag's value comes from the command line, then FGCTL_<FLAG>, then the settings file, then its default. It is done
// once for all flags of all commands, by setting those that the command line left alone.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// notSettings are flags that only make sense on the command line.
var notSettings = []string{"help", "version"}

// applySettings sets the flags of cmd that the command line left alone, and notes where their values come from. All
// faults are reported at once, each naming the variable or the key of the file.
func applySettings(e *env.Env, cmd *cobra.Command) error {
	path := settingsPath()
	values, lines, err := readSettings(path, cmd.Root())
	if err != nil {
		return err
	}
	var faults []error
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.Changed || slices.Contains(notSettings, flag.Name) {
			return
		}
		source, key := environmentName(flag.Name), strings.ToLower(flag.Name)
		value, isSet := values[key]
		if text := os.Getenv(source); text != "" {
			value = text
		} else if source = fmt.Sprintf("%s:%d: %s", path, lines[key], flag.Name); !isSet {
			return
		}
		if err := setFlag(flag, value); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", source, err))
			return
		}
		flag.Changed = true
		e.Sources[flag.Name] = source
	})
	if len(faults) > 0 {
		return &env.UsageError{Err: errors.Join(faults...)}
	}
	return e.TakeARN(cmd)
}

// environmentName is the variable of a flag: FGCTL_DRY_RUN for dry-run.
func environmentName(flag string) string {
	return "FGCTL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// otherVariables begin the names of variables of fgctl that are no flag's: of the sandbox, and of the GitHub Action.
var otherVariables = []string{settingsVariable, "FGCTL_SANDBOX_", "FGCTL_ACTION_"}

// warnOfVariables names the variables that look like settings of fgctl and are none: most likely they are misspelt.
func warnOfVariables(e *env.Env, root *cobra.Command) {
	known := allFlags(root)
	for i, flag := range known {
		known[i] = environmentName(flag)
	}
	for _, entry := range slices.Sorted(slices.Values(os.Environ())) {
		name, value, _ := strings.Cut(entry, "=")
		isOther := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if value != "" && strings.HasPrefix(name, "FGCTL_") && !slices.Contains(known, name) &&
			!slices.ContainsFunc(otherVariables, isOther) {
			e.Warn("%s is not known, and has no effect%s", name, env.DidYouMean(name, known, ""))
		}
	}
}

// setFlag sets a flag from a text or, for a flag of several values, from a list of texts. A text of
// several lines is one value a line for a repeatable flag.
func setFlag(flag *pflag.Flag, value any) error {
	list, isList := value.([]string)
	text := fmt.Sprint(value)
	slice, isSlice := flag.Value.(pflag.SliceValue)
	switch {
	case isList && !isSlice:
		return fmt.Errorf("a list is given, but --%s takes one value", flag.Name)
	case isList:
		return slice.Replace(list)
	case isSlice && flag.Value.Type() == "stringArray":
		return slice.Replace(strings.Split(strings.TrimRight(text, "\n"), "\n"))
	}
	if err := flag.Value.Set(text); err != nil {
		return valueError(flag, text, err)
	}
	return nil
}

// settingsVariable names another settings file; the sandbox keeps the user's away by naming an empty one.
const settingsVariable = "FGCTL_SETTINGS"

// settingsPath is the place of the settings file, empty where there is no home directory.
func settingsPath() string {
	if path := os.Getenv(settingsVariable); path != "" {
		return path
	}
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "fgctl", "config.yaml")
}

// readSettings returns the values of the settings file, if there is one, and the lines of its keys. A key that no
// command of fgctl has as a flag is an error, since it is most likely misspelt.
func readSettings(path string, root *cobra.Command) (map[string]any, map[string]int, error) {
	if path == "" {
		return nil, nil, nil
	}
	data, err := readSettingsFile(path)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv(settingsVariable) == "" {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, &env.UsageError{Err: fmt.Errorf("settings file: %w", err)}
	}
	values, lines, err := parseSettings(path, data, allFlags(root))
	if err != nil {
		return nil, nil, &env.UsageError{Err: err}
	}
	return values, lines, nil
}

// The bounds of a settings file, which has one key for each flag at most.
const (
	maxSettingsFile   = 1 << 20
	maxSettingsFaults = 20
)

func readSettingsFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxSettingsFile+1))
	if err == nil && len(data) > maxSettingsFile {
		err = fmt.Errorf("%s: it is larger than %d MiB", path, maxSettingsFile>>20)
	}
	return data, err
}

// parseSettings reads a mapping of flag names to values. Values become a text or a list of texts.
func parseSettings(path string, data []byte, flags []string) (map[string]any, map[string]int, error) {
	values, lines := map[string]any{}, map[string]int{}
	top, err := document.First(bytes.NewReader(data))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if top == nil {
		return values, lines, nil
	}
	if top.Kind() != document.Mapping {
		return nil, nil, fmt.Errorf("%s:%d: the file must hold flag names with their values, as `region: us-east-1`",
			path, top.Line())
	}
	fields, err := top.Fields()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	var faults []error
	for _, field := range fields {
		if len(faults) == maxSettingsFaults {
			faults = append(faults, fmt.Errorf("%s: there may be more faults from line %d on", path, field.Line))
			break
		}
		name := strings.ToLower(field.Key)
		if !slices.ContainsFunc(flags, func(f string) bool { return strings.EqualFold(f, name) }) {
			faults = append(faults, fmt.Errorf("%s:%d: unknown key %q%s", path, field.Line, field.Key,
				env.DidYouMean(field.Key, flags, "")))
			continue
		}
		if _, twice := lines[name]; twice {
			faults = append(faults, fmt.Errorf("%s:%d: the key %q stands there twice, first in line %d", path,
				field.Line, field.Key, lines[name]))
			continue
		}
		value, err := settingValue(field.Value)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %s: %w", path, field.Value.Line(), field.Key, err))
			continue
		}
		values[name], lines[name] = value, field.Line
	}
	return values, lines, errors.Join(faults...)
}

// settingValue makes a text of a scalar, a list of texts of a list, and k=v,k=v of a mapping.
func settingValue(v document.Value) (any, error) {
	isDeep := func(v document.Value) bool { return v.Kind() == document.List || v.Kind() == document.Mapping }
	deeper := errors.New("values are texts, lists of texts or mappings of texts, nothing deeper")
	switch v.Kind() {
	case document.List:
		items, err := v.Items()
		list := make([]string, len(items))
		for i, item := range items {
			if isDeep(item) {
				return nil, deeper
			}
			list[i] = item.Text()
		}
		return list, err
	case document.Mapping:
		fields, err := v.Fields()
		pairs := make([]string, len(fields))
		for i, field := range fields {
			if isDeep(field.Value) {
				return nil, deeper
			}
			pairs[i] = field.Key + "=" + field.Value.Text()
		}
		return strings.Join(pairs, ","), err
	case document.Null, document.Bool, document.Number, document.Text:
	}
	return v.Text(), nil
}

// allFlags returns the names of the flags of every command.
func allFlags(root *cobra.Command) []string {
	seen := map[string]bool{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, set := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) {
				if !slices.Contains(notSettings, f.Name) {
					seen[f.Name] = true
				}
			})
		}
		for _, child := range cmd.Commands() {
			walk(child)
		}
	}
	walk(root)
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
