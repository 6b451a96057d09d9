package world_test

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// Which subnets Fargate can use, by the routes of their tables, the zone and the place.
func TestPrivateSubnets(t *testing.T) {
	const privateRT = "rtb-0aaa0000000000001"
	for _, test := range []struct {
		what   string
		change func(*world.World)
		want   string
	}{
		{"the built-in world", func(*world.World) {}, "1 2"},
		{"a default route to an internet gateway", func(w *world.World) {
			w.RouteTable(privateRT).Routes[1] = world.Route{To: "::/0", Via: "igw-1"}
		}, ""},
		{"one that is gone", func(w *world.World) {
			w.RouteTable(privateRT).Routes[1] = world.Route{To: "0.0.0.0/0", Via: "igw-1", Blackhole: true}
		}, "1 2"},
		{"a narrow one", func(w *world.World) {
			w.RouteTable(privateRT).Routes[1] = world.Route{To: "10.0.0.0/8", Via: "igw-1"}
		}, "1 2"},
		{"no table but the main one, which is public", func(w *world.World) { w.RouteTable(privateRT).Subnets = nil }, ""},
		{"a zone without Fargate", func(w *world.World) { w.UnsupportedZones = []string{"us-east-1a"} }, "2"},
		{"an Outpost", func(w *world.World) { w.VPCs[0].Subnets[0].OutpostARN = "arn:x" }, "2"},
	} {
		w := world.Default()
		test.change(&w)
		var got []string
		for _, id := range w.PrivateSubnets(w.Cluster("demo")) {
			got = append(got, strings.TrimPrefix(id, "subnet-0aaa000000000000"))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %v, want %s", test.what, got, test.want)
		}
	}
	w := world.Default()
	c := w.Cluster("demo")
	want := c.VPC
	c.VPC = ""
	if got := w.VPCOf(c); got != want || w.VPCOf(&world.Cluster{}) != "" {
		t.Errorf("the VPC is %q", got)
	}
	if w.Private("subnet-none") || len(w.VPCs[0].Gateways("igw-")) != 1 {
		t.Error("what is not there is private, or there is no internet gateway")
	}
}

func TestParseFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"[]":                                 "",
		"- {operation: '*', kind: throttle}": "",
		"- {no: no}":                         `line 1: unknown key "no"`,
		"- {kind: [a]}":                      "line 1: a list where text is wanted",
		"- kind: a\n  kind: b":               `line 2: mapping key "kind" already defined at line 1`,
		"{":                                  "line 1: did not find expected node content",
		"- {from: x}":                        "line 1: text `x` where a whole number is wanted",
		"- {actor: {tags: 1}}":               "line 1: number `1` where a mapping is wanted",
	} {
		_, err := world.ParseFaults([]byte(text))
		if got := ""; err != nil && err.Error() != want || err == nil && want != got {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
