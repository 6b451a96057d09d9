package logging

import (
	"strings"
	"testing"
)

const good = `# to CloudWatch
[OUTPUT]
    Name cloudwatch_logs
    Match   kube.*
    region eu-west-1
`

func TestFaults(t *testing.T) {
	t.Parallel()
	label := map[string]string{Namespace: LabelValue}
	for _, tt := range []struct {
		name   string
		config Config
		want   string // parts of the faults, in their order, separated by " | "
	}{
		{"nothing known", Config{}, ""},
		{"the guide's example", Config{label, map[string]string{
			"flb_log_cw": "false", "output.conf": good,
			"filters.conf": "[FILTER]\n    Name parser\n    Match *\n[FILTER]\n    name kubernetes\n    match kube.*\n",
			"parsers.conf": "[PARSER]\n    Name crio\n    Format Regex\n    Regex ^(?<time>[^ ]+) (?<log>.*)$\n",
		}}, ""},
		{"no label", Config{map[string]string{}, nil}, "the label aws-observability is missing"},
		{"another value", Config{map[string]string{Namespace: "true"}, nil}, `has the value "true"`},
		{"no output", Config{nil, map[string]string{"filters.conf": "[FILTER]\n  Name grep\n  Match *\n"}}, "there is no [OUTPUT]"},
		{"nothing in it", Config{nil, map[string]string{}}, "there is no [OUTPUT]"},
		{"aws-for-fluent-bit#261", output("[OUTPUT]\n  Name loki\n  Match *\n"), `data[output.conf], line 1: "loki" is not a supported output; use one of es,`},
		{"a filter of another name", with("filters.conf", "[FILTER]\n  Name lua\n  Match *\n"), `data[filters.conf], line 1: "lua" is not a supported filter`},
		{"required keys", output("[OUTPUT]\n  Name es\n"), "line 1: [OUTPUT] has no match"},
		{"of a parser", with("parsers.conf", "[PARSER]\n  Name x\n"), "[PARSER] has no format"},
		{"keys without regard to case", output("[output]\n  NAME es\n  MATCH *\n"), ""},
		{"under another key", with("filters.conf", good), "line 2: [OUTPUT] belongs under output.conf"},
		{"a section that Fargate owns", output("[SERVICE]\n  Flush 1\n" + good), "line 1: [SERVICE] is not accepted | line 5: the indentation"},
		{"variables", output("[OUTPUT]\n  Name es\n  Match *\n  Host ${HOST}\n"), `line 4: variables of the environment are not allowed: "Host ${HOST}"`},
		{"keys not more than sections", output("[OUTPUT]\nName es\nMatch *\n"), "line 2: the indentation"},
		{"keys unlike one another", output("[OUTPUT]\n  Name es\n    Match *\n"), "line 3: the indentation"},
		{"sections unlike one another", output("[OUTPUT]\n  Name es\n  Match *\n [OUTPUT]\n  Name es\n  Match *\n"), "line 4: the indentation"},
		{"keys that are Fargate's", with("filters.conf", "[FILTER]\n  Name kubernetes\n  Match *\n  Kube_URL https://x\n"), "line 4: Fargate sets Kube_URL itself"},
		{"too long", output(good + strings.Repeat("#", maxCharacters)), "characters, and Fargate takes 5300"},
		{"keys before any section", output("  Name es\n"), "there is no [OUTPUT]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			faults := tt.config.Faults()
			var want []string
			if tt.want != "" {
				want = strings.Split(tt.want, " | ")
			}
			ok := len(faults) == len(want)
			for i := 0; ok && i < len(want); i++ {
				ok = strings.Contains(faults[i].String(), want[i])
			}
			if !ok {
				t.Errorf("faults are %v; want %q", faults, want)
			}
		})
	}
}

func output(text string) Config { return Config{Data: map[string]string{"output.conf": text}} }

// with is a good configuration with one key more.
func with(key, text string) Config {
	return output(good).With(Config{Data: map[string]string{"output.conf": good, key: text}})
}
