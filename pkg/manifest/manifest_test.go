package manifest

// These tests state which pods a manifest makes and how its faults are told.

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// pods reads a text and writes every pod as "document kind/name namespace labels annotations".
func pods(text string, opts Options) (out []string, err error) {
	err = Read("f.yaml", strings.NewReader(text), opts, func(p kube.Pod) error {
		s := fmt.Sprintf("%d %s/%s %s %v", p.Document, p.Kind, p.Name, p.Namespace, p.Labels)
		if p.Annotations != nil {
			s += fmt.Sprintf(" %v", p.Annotations)
		}
		out = append(out, s)
		return nil
	})
	return out, err
}

func TestReadPods(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"pod", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ns, labels: {x: z}, annotations: {p: q}}\n", "1 Pod/a ns map[x:z] map[p:q]"},
		{"namespace by default", "kind: Pod\nmetadata: {name: a}\n", "1 Pod/a default map[]"},
		{"generateName", "kind: Pod\nmetadata: {generateName: a-}\n", "1 Pod/a- default map[]"},
		{"no metadata", "kind: Pod\n", "1 Pod/ default map[]"},
		{"null labels and a null label", "kind: Pod\nmetadata: {name: a, labels: {x: , y: ~}, annotations: }\n", "1 Pod/a default map[x: y:]"},
		{"a number as a key", "kind: Pod\nmetadata: {labels: {1: b}}\n", "1 Pod/ default map[1:b]"},
		{
			"workload: its name and namespace, its template's labels",
			"kind: Deployment\nmetadata: {name: a, namespace: ns, labels: {own: x}, annotations: {own: x}}\nspec:\n  template:\n    metadata: {name: ignored, namespace: ignored, labels: {app: web}, annotations: {p: q}}\n",
			"1 Deployment/a ns map[app:web] map[p:q]",
		},
		{"template without metadata", "kind: Deployment\nspec: {template: {spec: {}}}\n", "1 Deployment/ default map[]"},
		{
			"every kind", strings.Join([]string{
				"kind: ReplicaSet\nspec: {template: {metadata: {labels: {a: '1'}}}}", "kind: StatefulSet\nspec: {template: {metadata: {labels: {a: '2'}}}}",
				"kind: DaemonSet\nspec: {template: {metadata: {labels: {a: '3'}}}}", "kind: ReplicationController\nspec: {template: {metadata: {labels: {a: '4'}}}}",
				"kind: Job\nmetadata: {generateName: job-}\nspec: {template: {metadata: {labels: {a: '5'}}}}",
				"kind: CronJob\nspec: {jobTemplate: {metadata: {labels: {a: no}}, spec: {template: {metadata: {labels: {a: '6'}}}}}}",
				"kind: PodTemplate\ntemplate: {metadata: {labels: {a: '7'}}}", "kind: Deployment\nspec: {template: {metadata: {labels: {a: '8'}}}}",
			}, "\n---\n"),
			"1 ReplicaSet/ default map[a:1]|2 StatefulSet/ default map[a:2]|3 DaemonSet/ default map[a:3]|4 ReplicationController/ default map[a:4]|5 Job/job- default map[a:5]|6 CronJob/ default map[a:6]|7 PodTemplate/ default map[a:7]|8 Deployment/ default map[a:8]",
		},
		{"others are skipped", "kind: Service\nmetadata: {name: 12}\n---\nkind: ConfigMap\ndata: {a: 1}\n---\nkind: Pod\n", "3 Pod/ default map[]"},
		{"the same word of somebody else", "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {tasks: []}\n", ""},
		{"any version of Kubernetes' own", "apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {template: {}}\n", "1 Deployment/ default map[]"},
		{"empty documents", "---\n# c\n---\nkind: Pod\n---\n", "2 Pod/ default map[]"},
		{"list", "kind: List\nitems:\n- {kind: Pod, metadata: {name: a}}\n- {kind: Service}\n- {kind: Pod, metadata: {name: b}}\n", "1 Pod/a default map[]|1 Pod/b default map[]"},
		{"list of one kind whose elements do not repeat it", "kind: PodList\nitems: [{metadata: {name: a}}]\n---\nkind: DeploymentList\nitems: [{spec: {template: {metadata: {labels: {a: b}}}}}]\n", "1 Pod/a default map[]|2 Deployment/ default map[a:b]"},
		{"list of others", "kind: ServiceList\nitems: [{metadata: {name: a}}]\n", ""},
		{"list in a list", "kind: List\nitems: [{kind: PodList, items: [{metadata: {name: a}}]}]\n", "1 Pod/a default map[]"},
		{"empty list", "kind: List\nitems: []\n---\nkind: List\nitems:\n", ""},
		{"JSON list, kind last", `{"apiVersion":"v1","items":[{"kind":"Pod","metadata":{"name":"a"}},{"kind":"Service"}],"kind":"List"}`, "1 Pod/a default map[]"},
		{"JSON list, kind last, elements without", `{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}],"kind":"PodList"}`, "1 Pod/a default map[]|1 Pod/b default map[]"},
		{"JSON list, kind first, elements without", `{"kind":"PodList","items":[{"metadata":{"name":"a"}}]}`, "1 Pod/a default map[]"},
		{"JSON list in a list", `{"kind":"List","items":[{"kind":"PodList","items":[{"metadata":{"name":"a"}}]}]}`, "1 Pod/a default map[]"},
		{"JSON workload", `{"kind":"Deployment","metadata":{"name":"a"},"spec":{"template":{"metadata":{"labels":{"app":"w\u00e9b"}}}}}`, "1 Deployment/a default map[app:wéb]"},
		{"JSON documents", "{\"kind\":\"Pod\"}\n{\"kind\":\"Pod\"}", "1 Pod/ default map[]|2 Pod/ default map[]"},
		{"anchors", "kind: Pod\nmetadata:\n  labels: &l {a: b}\n  annotations:\n    <<: *l\n    c: d\n", "1 Pod/ default map[a:b] map[a:b c:d]"},
		{"a null element", "kind: List\nitems: [~, {kind: Pod}]\n", "1 Pod/ default map[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := pods(c.text, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got, "|"); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

func TestReadClaimTemplates(t *testing.T) {
	const text = "kind: StatefulSet\nspec:\n  volumeClaimTemplates: [{metadata: {name: data}}, {metadata: {name: log}}]\n  template: {}\n---\n" +
		"kind: StatefulSet\nspec: {volumeClaimTemplates: ~, template: {}}\n---\nkind: Deployment\nspec: {volumeClaimTemplates: [], template: {}}\n"
	var got [][]string
	err := Read("f.yaml", strings.NewReader(text), Options{}, func(p kube.Pod) error {
		got = append(got, p.Workload.ClaimTemplates)
		return nil
	})
	if want := [][]string{{"data", "log"}, nil, nil}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestReadNamespaceOfOptions(t *testing.T) {
	got, err := pods("kind: Pod\n---\nkind: Pod\nmetadata: {namespace: own}\n", Options{Namespace: "web"})
	if want := []string{"1 Pod/ web map[]", "2 Pod/ own map[]"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestReadFaults(t *testing.T) {
	for _, c := range []struct {
		name, text string
		pods       int
		want       string
	}{
		{"labels are a list", "kind: Pod\nmetadata:\n  labels: [a]\n", 0, "f.yaml: document 1, line 3: metadata.labels is a list, not a mapping"},
		{
			"all of an object", "kind: Deployment\nmetadata: {name: 12}\nspec:\n  template:\n    metadata:\n      labels:\n        a: 1.20\n        b: yes\n        c: {d: e}\n      annotations: x\n", 0,
			`f.yaml: document 1, line 2: metadata.name is a number (12), not text; put it in quotes: "12"
f.yaml: document 1, line 7: spec.template.metadata.labels[a] is a number (1.20), not text; put it in quotes: "1.20"
f.yaml: document 1, line 8: spec.template.metadata.labels[b] is a boolean (yes), not text; put it in quotes: "yes"
f.yaml: document 1, line 9: spec.template.metadata.labels[c] is a mapping, not text
f.yaml: document 1, line 10: spec.template.metadata.annotations is text ("x"), not a mapping`,
		},
		{
			"the rest is read", "kind: Pod\n---\nkind: Pod\nmetadata: []\n---\n: :\n---\nkind: Pod\n", 2,
			"f.yaml: document 2, line 4: metadata is a list, not a mapping\nf.yaml: document 3, line 6: invalid YAML: did not find expected key",
		},
		{"no template", "kind: Deployment\nspec: {replicas: 1}\n", 0, "f.yaml: document 1, line 2: spec.template is missing, so there is no pod template"},
		{"no spec", "kind: CronJob\nmetadata: {}\n", 0, "f.yaml: document 1, line 1: spec is missing, so there is no pod template"},
		{"spec is text", "kind: Job\nspec: x\n", 0, `f.yaml: document 1, line 2: spec is text ("x"), not a mapping`},
		{"no kind", "replicas: 1\n", 0, "f.yaml: document 1, line 1: the document has no kind, so it is not a Kubernetes object"},
		{"misspelt kind", "apiVersion: v1\nKind: Pod\n", 0, `f.yaml: document 1, line 1: the document has no kind, so it is not a Kubernetes object; line 2 has "Kind", which is written kind`},
		{"kind is a list", "kind: [Pod]\n", 0, "f.yaml: document 1, line 1: kind is a list, not text"},
		{"a list", "- kind: Pod\n", 0, "f.yaml: document 1, line 1: the document is a list, not a Kubernetes object"},
		{"text", "hello\n", 0, "f.yaml: document 1, line 1: the document is text, not a Kubernetes object"},
		{"an element without a kind", "kind: List\nitems:\n- metadata: {}\n- kind: Pod\n", 1, "f.yaml: document 1, line 3: items[0] has no kind, so it is not a Kubernetes object"},
		{"an element that is text", "kind: List\nitems:\n- a\n- kind: Pod\n", 1, "f.yaml: document 1, line 3: items[0] is text, not a Kubernetes object"},
		{"an element of an element", "kind: List\nitems:\n- kind: List\n  items:\n  - kind: Pod\n    metadata: {labels: {a: 1}}\n", 0, `f.yaml: document 1, line 6: items[0].items[0].metadata.labels[a] is a number (1), not text; put it in quotes: "1"`},
		{"lists without end", "&a\nkind: List\nitems: [*a]\n", 0, "f.yaml: document 1, line 3: the alias *a stands inside the value that it refers to"},
		{"lists in lists", strings.Repeat("{kind: List, items: [", 10) + strings.Repeat("]}", 10), 0, "f.yaml: document 1, line 1: items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items: lists lie more than 8 deep in lists"},
		{"a variable in a mapping", "kind: Pod\nspec: ${SPEC}\n", 0, `f.yaml: document 1, line 2: spec is text ("${SPEC}"), not a mapping; this looks like a variable: fill it in first, as envsubst or Flux does, and give what comes out`},
		{"a variable elsewhere is not why", "kind: ${KIND}\nspec: {a: [}\n", 0, "f.yaml: document 1, line 2: invalid YAML: did not find expected node content"},
		{"Helm template", "kind: Pod\nmetadata:\n  name: {{ .Values.name }}\n", 0, "f.yaml: document 1, line 3: metadata.name is a mapping, not text; this looks like a Helm template: run `helm template` first and give its output"},
		{
			"JSON elements", "{\"items\":[\n{\"kind\":\"Pod\",\"metadata\":{\n\"labels\":{\"a\":1}}},\n{\"kind\":\"Pod\"},{\"metadata\":{}}],\"kind\":\"List\"}", 1,
			"f.yaml: document 1, line 3: items[0].metadata.labels[a] is a number (1), not text; put it in quotes: \"1\"\nf.yaml: document 1, line 4: items[2] has no kind, so it is not a Kubernetes object",
		},
		{"JSON cut off keeps what came before", `{"kind":"List","items":[{"kind":"Pod"},{"ki`, 1, "f.yaml: document 1, line 1: invalid JSON: the document ends too early"},
		{"a JSON list whose kind is wrong", `{"kind":1,"items":[{"kind":"Pod"}]}`, 0, `f.yaml: document 1, line 1: kind is a number (1), not text; put it in quotes: "1"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := pods(c.text, Options{})
			if err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
			if len(got) != c.pods {
				t.Errorf("got %d pods, want %d", len(got), c.pods)
			}
		})
	}
}

func TestReadFaultCarriesItsPlace(t *testing.T) {
	_, err := pods("kind: Pod\n---\nkind: Pod\nmetadata: []\n", Options{})
	var fault *Error
	if !errors.As(err, &fault) || fault.Source != "f.yaml" || fault.Document != 2 || fault.Line != 4 {
		t.Errorf("got %#v", err)
	}
	err = Read("-", strings.NewReader("a"), Options{}, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "standard input: document 1, line 1: ") {
		t.Errorf("got %v", err)
	}
}

func TestReadStopsWhenYieldFails(t *testing.T) {
	stop := errors.New("stop")
	for _, text := range []string{"kind: Pod\n---\nkind: Pod\n", "kind: List\nitems: [{kind: Pod}, {kind: Pod}]", `{"items":[{"kind":"Pod"},{"kind":"Pod"}]}`, `{"items":[{},{}],"kind":"PodList"}`} {
		calls := 0
		err := Read("f", strings.NewReader(text), Options{}, func(kube.Pod) error { calls++; return stop })
		if !errors.Is(err, stop) || calls != 1 {
			t.Errorf("%q: got %v after %d calls", text, err, calls)
		}
	}
}

// endless is a JSON list that goes on for ever; nobody can hold it.
type endless struct {
	head string
	rest string
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.rest == "" {
		e.rest = `{"kind":"Pod","metadata":{"name":"a","labels":{"app":"web"}}},`
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestReadHoldsOnePodAtATime(t *testing.T) {
	enough := errors.New("enough")
	count := 0
	err := Read("f", &endless{head: `{"apiVersion":"v1","items":[`}, Options{}, func(kube.Pod) error {
		if count++; count == 100_000 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Errorf("got %v after %d pods", err, count)
	}
}

// Elements whose kind only comes at the end are held, but not without end.
func TestReadHoldsElementsWithoutAKindUpToALimit(t *testing.T) {
	text := io.MultiReader(strings.NewReader(`{"items":[`), &repeat{text: `{"metadata":{"name":"a"}},`})
	err := Read("f", text, Options{}, func(kube.Pod) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "put the list's kind before its items") {
		t.Errorf("got %v", err)
	}
}

type repeat struct{ text, rest string }

func (r *repeat) Read(p []byte) (int, error) {
	if r.rest == "" {
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: y}}\n---\nkind: Deployment\nspec: {template: {metadata: {labels: {a: b}}}}\n",
		`{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"a","labels":{"a":"b"}}},{"kind":"PodList","items":[{}]}]}`,
		`{"items":[{"metadata":{"labels":{"a":1}}}],"kind":"PodList"}`, "kind: Pod\nmetadata: {{ .x }}\n", "&a\nkind: List\nitems: [*a]\n",
		`{"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":null}}}}`, "{\"kind\":\"Pod\"}\n---\n{\"kind\":\"Pod\"}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer within(perInput, text)()
		got, err := pods(text, Options{})
		if err != nil && err.Error() == "" {
			t.Fatal("a fault without words")
		}
		// JSON is YAML, so both ways of reading it agree where YAML has no rules of its own: for merge
		// keys, for escapes of half characters and for what is no ASCII.
		if !plainJSON(text) {
			return
		}
		other, otherErr := pods(text, Options{onlyYAML: true})
		if (err == nil) != (otherErr == nil) {
			t.Fatalf("as JSON: %v\nas YAML: %v", err, otherErr)
		}
		if err == nil && !reflect.DeepEqual(got, other) {
			t.Fatalf("as JSON: %v\nas YAML: %v", got, other)
		}
	})
}

func TestEmptyLists(t *testing.T) {
	for text, want := range map[string]int{
		`{"apiVersion": "v1", "items": [], "kind": "List"}`:                                        1,
		"kind: PodList\nitems: []\n---\nkind: List\nitems: []\n":                                   2,
		`{"kind": "List", "items": [{"kind": "List", "items": []}]}`:                               1,
		`{"items": [{"kind": "ConfigMap"}], "kind": "List"}` + "\n---\n" + `{"kind": "ConfigMap"}`: 0,
		`{"kind": "Shelf", "items": []}`:                                                           0,
	} {
		got := 0
		read(t, text, Options{EmptyList: func() { got++ }})
		if got != want {
			t.Errorf("%s: %d empty lists, want %d", text, got, want)
		}
	}
}
