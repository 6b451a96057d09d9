package manifest

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// longList is a list of so many pods, some of them broken, which may break off.
func longList(pods int, end string) string {
	var out strings.Builder
	out.WriteString(`{"apiVersion": "v1", "items": [`)
	for i := range pods {
		if i > 0 {
			out.WriteString(",\n")
		}
		name := fmt.Sprintf("%q", fmt.Sprint("p", i))
		if i%100 == 42 {
			name = fmt.Sprint(i)
		}
		fmt.Fprintf(&out, `{"kind": "Pod", "metadata": {"name": %s}}`, name)
	}
	return out.String() + end
}

// The pods of a long list are judged on several goroutines and come out in order, as do the faults.
func TestReadEachKeepsTheOrder(t *testing.T) {
	for _, c := range []struct{ end, broken string }{
		{`], "kind": "List"}`, ""},
		{`,}`, "f: document 1, line 1000: invalid JSON: invalid character ',' at start of value"},
	} {
		var judged atomic.Int64
		next := 0
		err := ReadEach("f", strings.NewReader(longList(1000, c.end)), Options{}, func(p kube.Pod) string {
			judged.Add(1)
			return p.Name + "!"
		}, func(p kube.Pod, judgement string) error {
			if next%100 == 42 {
				next++
			}
			if p.Name != fmt.Sprint("p", next) || judgement != p.Name+"!" || p.LineOf("metadata.name") != next+1 {
				t.Fatalf("pod %d is %s, %s, line %d", next, p.Name, judgement, p.LineOf("metadata.name"))
			}
			next++
			return nil
		})
		var want []string
		for i := 42; i < 1000; i += 100 {
			want = append(want, fmt.Sprintf(`f: document 1, line %d: items[%d].metadata.name is a number (%d), not text; put it in quotes: "%d"`, i+1, i, i, i))
		}
		if c.broken != "" {
			want = append(want, c.broken)
		}
		if err == nil || err.Error() != strings.Join(want, "\n") || judged.Load() != 990 || next != 1000 {
			t.Errorf("%d judged, %d seen:\n%v\nwant\n%s", judged.Load(), next, err, strings.Join(want, "\n"))
		}
	}
}

// No judgement is under way any more when reading has ended early.
func TestReadEachStops(t *testing.T) {
	stop, seen, running := errors.New("stop"), 0, atomic.Int64{}
	err := ReadEach("f", strings.NewReader(longList(5000, "]}")), Options{}, func(kube.Pod) int64 {
		defer running.Add(-1)
		return running.Add(1)
	}, func(kube.Pod, int64) error {
		if seen++; seen == 10 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || seen != 10 || running.Load() != 0 {
		t.Errorf("%v after %d pods, %d under way", err, seen, running.Load())
	}
}
