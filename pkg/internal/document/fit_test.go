package document

import (
	"reflect"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// port is a scalar that may be written as a number.
type port string

// skipped is a type that nobody looks at.
type skipped struct{ A int }

type embedded struct {
	Inner string `json:"inner"`
}

type wanted struct {
	embedded

	Name    string            `json:"name"`
	On      *bool             `json:"on"`
	Small   int32             `json:"small"`
	Large   int64             `json:"large"`
	Labels  map[string]string `json:"labels"`
	List    []wanted          `json:"list"`
	Port    port              `json:"port"`
	Skipped *skipped          `json:"skipped"`
	Hidden  string            `json:"-"`
}

var wantedTypes = Types{
	MaxItems: 3,
	Unread:   map[reflect.Type]bool{reflect.TypeFor[skipped](): true},
	Options: jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(dec *jsontext.Decoder, _ *skipped) error {
		_, err := dec.ReadValue()
		return err
	})),
	Scalars: func() map[reflect.Type]Scalar {
		return map[reflect.Type]Scalar{reflect.TypeFor[port](): func(v Value, path string) (string, error) {
			text, err := AsQuantity(v, path)
			return `"` + text + `"`, err
		}}
	},
}

// decodeFirst decodes the first document of a text.
func decodeFirst(t *testing.T, text string) (out wanted, err error) {
	t.Helper()
	v, err := First(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return out, Decode(v, "top", &out, wantedTypes)
}

func TestDecode(t *testing.T) {
	want := wanted{
		embedded: embedded{Inner: "i"}, Name: "n", On: new(true), Small: 80, Large: 1 << 40,
		Labels: map[string]string{"a": "b", "c": ""}, List: []wanted{{Name: "x"}, {}}, Port: "1e3", Skipped: &skipped{},
	}
	for _, text := range []string{
		`{"inner":"i","name":"n","on":true,"small":80,"large":1099511627776,"labels":{"a":"b","c":null},"list":[{"name":"x"},null],"port":"1e3","skipped":{"a":[]},"more":1,"Hidden":"x"}`,
		`{"inner":"i","name":"n","on":true,"small":80,"large":1099511627776,"labels":{"a":"b","c":null},"list":[{"name":"x"},null],"port":1e3,"skipped":5}`,
		"inner: i\nname: 'n'\non: yes\nsmall: 0x50\nlarge: 1099511627776\nlabels: {a: b, c: ~}\nlist: [{name: x}, ~]\nport: 1e3\nskipped: {a: [], b: 1}\nmore: {1: 2}\n",
	} {
		if got, err := decodeFirst(t, text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\ngot  %+v, %v\nwant %+v", text, got, err, want)
		}
	}
	if got, err := decodeFirst(t, ""); err != nil || !reflect.DeepEqual(got, wanted{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestDecodeFaults(t *testing.T) {
	for text, want := range map[string]string{
		"[]": "line 1: top is a list, not a mapping",
		"name: 1\non: 'true'\nsmall: 3000000000\n": `line 1: top.name is a number (1), not text; put it in quotes: "1"
line 2: top.on is text ("true"), not a boolean; write it without quotes: true
line 3: top.small is 3000000000; it must be between -2147483648 and 2147483647`,
		"list:\n- {labels: {a: {}}}\n- {small: '5', large: 1.5}\n- 7\n": `line 2: top.list[0].labels[a] is a mapping, not text
line 3: top.list[1].small is text ("5"), not a whole number; write it without quotes: 5
line 3: top.list[1].large is a number (1.5), not a whole number
line 4: top.list[2] is a number (7), not a mapping`,
		`{"list":[{},{},{},{}]}`:             "line 1: top.list has 4 elements; fgctl reads at most 3",
		"port: []\n":                         "line 1: top.port is a list, not a quantity like 500m or 1Gi",
		"{\"name\":\"a\",\n\"name\":\"b\"}":  `line 2: the key "name" occurs twice; it is also in line 1`,
		`{"labels":{"a":"b","a":"c"}}`:       `line 1: the key "a" occurs twice; it is also in line 1`,
		"on: 1\nlabels: [a]\nlist: {a: b}\n": "line 1: top.on is a number (1), not a boolean; write true or false\nline 2: top.labels is a list, not a mapping\nline 3: top.list is a mapping, not a list",
	} {
		if _, err := decodeFirst(t, text); err == nil || err.Error() != want {
			t.Errorf("%s\ngot\n%v\nwant\n%s", text, err, want)
		}
	}
}

func TestSourceName(t *testing.T) {
	for source, want := range map[string]string{"-": "standard input", "https://u:p@h/x?y": "https://h/...", "a/b.yaml": "a/b.yaml"} {
		if got := SourceName(source); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
