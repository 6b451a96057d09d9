// Command genpods writes a list of pods as kubectl get pods -A -o json prints it, for measuring what match
// takes for a large cluster: genpods -pods 100000 writes about 500 MB. The same seed gives the same text.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
)

func main() {
	pods := flag.Int("pods", 1000, "how many pods")
	seed := flag.Uint64("seed", 1, "what the choices follow from")
	flag.Parse()
	if err := write(os.Stdout, *pods, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "genpods:", err)
		os.Exit(1)
	}
}

// write writes the list. Pods of one ReplicaSet follow each other, as the API server's order by name has
// it; most are on Fargate, some on nodes, and a few wait.
func write(w io.Writer, pods int, seed uint64) error {
	out := bufio.NewWriterSize(w, 1<<20)
	choose := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // the text has to be the same every time
	if _, err := out.WriteString("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n"); err != nil {
		return err
	}
	for i := 0; i < pods; {
		owner := newOwner(choose, i)
		for range min(1+choose.IntN(8), pods-i) {
			if i > 0 {
				if _, err := out.WriteString(",\n"); err != nil {
					return err
				}
			}
			if _, err := out.WriteString(owner.pod(choose, i)); err != nil {
				return err
			}
			i++
		}
	}
	if _, err := out.WriteString("\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n"); err != nil {
		return err
	}
	return out.Flush()
}

// owner is a Deployment's ReplicaSet.
type owner struct {
	namespace, app, hash, uid string
	fargate                   bool
	cpu, memory               string
}

func newOwner(choose *rand.Rand, i int) owner {
	return owner{
		namespace: fmt.Sprintf("%s-%d", pick(choose, "web", "shop", "jobs", "team", "data"), choose.IntN(20)),
		app:       fmt.Sprintf("%s-%d", pick(choose, "api", "cart", "checkout", "worker", "frontend", "search"), i),
		hash:      letters(choose, "bcdfghjklmnpqrstvwxz2456789", 9),
		uid:       uid(choose),
		fargate:   choose.IntN(10) < 7,
		cpu:       pick(choose, "100m", "250m", "500m", "1", "2"),
		memory:    pick(choose, "256Mi", "512Mi", "1Gi", "2Gi", "4Gi"),
	}
}

// pod writes one pod, indented as an element of kubectl's list is.
func (o owner) pod(choose *rand.Rand, i int) string {
	name := fmt.Sprintf("%s-%s-%s", o.app, o.hash, letters(choose, "bcdfghjklmnpqrstvwxz2456789", 5))
	scheduler, node, label := "default-scheduler", fmt.Sprintf("ip-10-%d-%d-%d.ec2.internal", i%250, i/250%250, i%200), ""
	if o.fargate {
		scheduler, node = "fargate-scheduler", "fargate-"+node
		label = ",\n                    \"eks.amazonaws.com/fargate-profile\": \"fp-" + strings.SplitN(o.namespace, "-", 2)[0] + "\""
	}
	text := strings.NewReplacer(
		"@NAME@", name, "@NAMESPACE@", o.namespace, "@APP@", o.app, "@HASH@", o.hash, "@OWNERUID@", o.uid,
		"@UID@", uid(choose), "@LABEL@", label, "@SCHEDULER@", scheduler, "@NODE@", node,
		"@CPU@", o.cpu, "@MEMORY@", o.memory, "@VERSION@", fmt.Sprint(1+choose.IntN(90)),
		"@TOKEN@", letters(choose, "bcdfghjklmnpqrstvwxz2456789", 5), "@IP@", fmt.Sprintf("10.%d.%d.%d", i%250, i/250%250, 1+i%200),
		"@DIGEST@", letters(choose, "0123456789abcdef", 64), "@DAY@", fmt.Sprintf("%02d", 1+choose.IntN(28)),
	).Replace(podText)
	return strings.TrimRight(text, "\n")
}

func pick(choose *rand.Rand, of ...string) string { return of[choose.IntN(len(of))] }

func letters(choose *rand.Rand, of string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = of[choose.IntN(len(of))]
	}
	return string(out)
}

func uid(choose *rand.Rand) string {
	const hex = "0123456789abcdef"
	return letters(choose, hex, 8) + "-" + letters(choose, hex, 4) + "-4" + letters(choose, hex, 3) + "-a" + letters(choose, hex, 3) + "-" + letters(choose, hex, 12)
}
