package cli

// These tests state how delete and replace ask on a terminal, which scripts have none of.

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// onTerminal runs fgctl with a terminal that says answer.
func onTerminal(ctx context.Context, answer io.Reader, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	streams := &output.Streams{In: answer, Out: &stdout, Err: &stderr, InTerminal: true, OutTerminal: true, ErrTerminal: true, Width: 100}
	code = run(ctx, args, streams, fastClock{time.Now()})
	return code, stdout.String(), stderr.String()
}

// oneProfile is the built-in world, quick, with the profile web.
func oneProfile() sandbox.World {
	world := sandbox.DefaultWorld()
	world.Delays = sandbox.Delays{Create: 20 * time.Millisecond, Delete: 20 * time.Millisecond}
	world.Clusters[0].Profiles = []sandbox.Profile{{
		Name: "web", Role: "fargate-pods", Selectors: []sandbox.Selector{{Namespace: "web"}},
	}}
	return world
}

func TestAsking(t *testing.T) {
	all := []string{"delete", "fargateprofile", "--all", "--cluster", "demo"}
	remove := []string{"delete", "fargateprofile", "web", "--cluster", "demo"}
	change := []string{"replace", "fargateprofile", "web", "--cluster", "demo", "--namespace", "other"}
	wider := []string{"replace", "fargateprofile", "web", "--cluster", "demo", "--namespace", "web*"}
	const (
		askDelete  = "Delete web? Pods of web would be left without a profile; to agree type the profile's name: "
		askAll     = "Delete web? Pods of web would be left without a profile; to agree type the cluster's name: "
		askReplace = "Replace web by web-2? Pods of web would be left without a profile; to agree type the profile's name: "
	)
	for _, test := range []struct {
		name, answer string
		args         []string
		question     string // empty: nothing is asked
		code         int
		left         string
	}{
		{"the name deletes", "web\n", remove, askDelete, 0, ""},
		{"y is not enough where pods are left without a profile", "y\n", remove, askDelete, 3, "web"},
		{"n leaves all as it is", "n\n", remove, askDelete, 3, "web"},
		{"Enter is no", "\n", remove, askDelete, 3, "web"},
		{"the end of input is no", "", remove, askDelete, 3, "web"},
		{"other words are no", "yes please\n", remove, askDelete, 3, "web"},
		{"after a slip the name deletes", "wbe\nweb\n", remove, `"wbe" is not the profile's name "web"; once more: `, 0, ""},
		{"two slips are no", "y\nwbe\n", remove, askDelete, 3, "web"},
		{"no after a slip is no", "y\nno\nweb\n", remove, askDelete, 3, "web"},
		{"all are agreed to with the cluster's name", "demo\n", all, askAll, 0, ""},
		{"the profile's name is not enough for all", "web\nweb\n", all, askAll, 3, "web"},
		{"--yes answers", "", append(remove, "--yes"), "", 0, ""},
		{"a dry run asks nothing", "", append(remove, "--dry-run"), "", 0, "web"},
		{"--fail-on is not for asking", "y\n", append(remove, "--fail-on", "uncovered"), "", 3, "web"},
		{"the name replaces where cover is lost", "web\n", change, askReplace, 0, "web-2"},
		{"y replaces where all is covered", "y\n", wider, "Replace web by web-2? [y/N] ", 0, "web-2"},
		{"y after a slip", "ja\ny\n", wider, `"ja" is not y or n; once more: `, 0, "web-2"},
		{"yes in capitals too", "YES\n", wider, "Replace web by web-2? [y/N] ", 0, "web-2"},
		{"n replaces nothing", "n\n", change, askReplace, 3, "web"},
		{"the name that stays is in the question", "n\n", append(change, "--keep-name"), "Replace web by a new web? Pods of web would be left without a profile; to agree type the profile's name: ", 3, "web"},
		{"--yes answers replace", "", append(change, "--yes"), "", 0, "web-2"},
		{"create asks nothing", "", []string{"create", "fargateprofile", "web", "--cluster", "demo", "--namespace", "web"}, "", 0, "web"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := inSandbox(t, oneProfile())
			code, _, errs := onTerminal(t.Context(), strings.NewReader(test.answer), test.args...)
			if code != test.code {
				t.Errorf("exit %d, want %d\n%s", code, test.code, errs)
			}
			if asked := strings.Contains(errs, "[y/N]") || strings.Contains(errs, "to agree type"); asked != (test.question != "") || !strings.Contains(errs, test.question) {
				t.Errorf("want the question %q in\n%s", test.question, errs)
			}
			if test.answer == "" && test.code == 3 && !strings.Contains(errs, "\nError: ") {
				t.Errorf("the error does not begin a line:\n%s", errs)
			}
			if test.code == 3 && !strings.Contains(errs, "nothing was changed") {
				t.Errorf("it is not said that nothing was changed:\n%s", errs)
			}
			var left []string
			for _, p := range server.Profiles("demo") {
				left = append(left, p.Name)
			}
			if got := strings.Join(left, " "); got != test.left {
				t.Errorf("left %q, want %q", got, test.left)
			}
		})
	}
}

// On a narrow terminal neither the plan nor the question breaks off within a word, and lines are filled.
func TestAskingOnANarrowTerminal(t *testing.T) {
	inSandbox(t, oneProfile())
	var stdout, stderr bytes.Buffer
	streams := &output.Streams{In: strings.NewReader("n\n"), Out: &stdout, Err: &stderr, InTerminal: true, OutTerminal: true, ErrTerminal: true, Width: 60, ErrWidth: 60}
	run(t.Context(), []string{"delete", "fargateprofile", "web", "--cluster", "demo"}, streams, fastClock{time.Now()})
	want := `Plan for cluster demo:
  1. delete profile web, until it is gone; its pods are
     stopped at once
Warning: pods of namespace=web lose their profile: no other
  ACTIVE profile covers them, so they may stay Pending; for
  example a pod in namespace web
Delete web? Pods of web would be left without a profile; to
  agree type the profile's name: Error: cancelled; nothing was changed ("n" is not the
    profile's name "web")
`
	if got := stderr.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The refusal says what was typed and what was expected; several names may stand in any order.
func TestAnswers(t *testing.T) {
	const expected = `the profiles' names "api web"`
	for answer, refusal := range map[string]string{
		"api web":            "",
		"web api":            "",
		" web,api ":          "",
		"web, api, web":      "",
		"web\napi,\tweb":     "",
		"web\nweb":           `("web" is not ` + expected + ")",
		"web api x\nWeb Api": `("Web Api" is not ` + expected + ")",
		"y\n":                "(nothing was typed; expected " + expected + ")",
		"":                   "(nothing was typed; expected " + expected + ")",
		"no":                 `("no" is not ` + expected + ")",
	} {
		world := oneProfile()
		world.Clusters[0].Profiles = append(world.Clusters[0].Profiles, sandbox.Profile{
			Name: "api", Role: "fargate-pods", Selectors: []sandbox.Selector{{Namespace: "api"}},
		})
		inSandbox(t, world)
		code, _, errs := onTerminal(t.Context(), strings.NewReader(answer+"\n"), "delete", "fp", "api", "web", "--cluster", "demo")
		want := "Error: cancelled; nothing was changed " + refusal
		if asked := strings.Contains(errs, want); asked != (refusal != "") || (code == 3) != asked {
			t.Errorf("%q: exit %d, want %q in\n%s", answer, code, refusal, errs)
		}
	}
}

// Whoever is asked sees what the question is about, however little is to be said otherwise.
func TestAskingShowsThePlan(t *testing.T) {
	for _, level := range []string{"0", "2", "3"} {
		for _, test := range []struct {
			args  []string
			wants []string
			shown int
		}{
			{[]string{"delete", "fp", "web"}, []string{"Plan for cluster demo:\n", "  1. delete profile web", "Warning: pods of namespace=web lose their profile"}, 1},
			{[]string{"replace", "fp", "web", "--namespace", "web*", "--keep-name"}, []string{"Plan for cluster demo:\n", "  4. delete profile web-tmp"}, 1},
			{[]string{"delete", "fp", "web", "--yes"}, []string{"Plan for cluster demo:\n"}, 0},
		} {
			inSandbox(t, oneProfile())
			_, _, errs := onTerminal(t.Context(), strings.NewReader("n\n"), append(test.args, "--cluster", "demo", "-v", level)...)
			for _, want := range test.wants {
				if n := strings.Count(errs, want); n != test.shown && level != "3" {
					t.Errorf("-v %s %v: %q is there %d times, want %d, in\n%s", level, test.args, want, n, test.shown, errs)
				}
			}
		}
	}
}

// Who pipes pods or a file into fgctl at a terminal is asked at that terminal; a script's input is no answer.
// Whoever is asked sees the plan at any verbosity, and nothing more for it: what follows is as quiet as before.
func TestAskingIsNoLouder(t *testing.T) {
	inSandbox(t, oneProfile())
	code, _, errs := onTerminal(t.Context(), strings.NewReader("web\n"), "delete", "fargateprofile", "web", "--cluster", "demo", "-v", "1")
	if _, after, _ := strings.Cut(errs, "type the profile's name: "); code != 0 || strings.TrimSpace(after) != "" {
		t.Errorf("exit %d; -v 1 says after the question:\n%s", code, after)
	}
}

func TestAskingBesidesAPipe(t *testing.T) {
	const pod = `{"kind": "Pod", "metadata": {"name": "a", "namespace": "web"}, "spec": {"containers": [{"name": "a"}]}}`
	const file = "fargateProfiles: [{name: web, selectors: [{namespace: web}]}]"
	for _, test := range []struct {
		name, in, answer string
		args             []string
		terminal         bool // behind Err
		code             int
		left             int
	}{
		{"yes", pod, "web\n", []string{"web", "--pods", "-"}, true, 0, 0},
		{"no", pod, "n\n", []string{"web", "--pods", "-"}, true, 3, 1},
		{"a file", file, "n\n", []string{"-f", "-"}, true, 3, 1},
		{"--yes", pod, "n\n", []string{"web", "--pods", "-", "--yes"}, true, 0, 0},
		{"no terminal to be asked at", pod, "", []string{"web", "--pods", "-"}, true, 0, 0},
		{"nobody who would see the question", pod, "n\n", []string{"web", "--pods", "-"}, false, 0, 0},
		{"input that is not read", "n\n", "n\n", []string{"web"}, true, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := inSandbox(t, oneProfile())
			var stdout, stderr bytes.Buffer
			streams := &output.Streams{In: strings.NewReader(test.in), Out: &stdout, Err: &stderr, ErrTerminal: test.terminal}
			streams.Console = func() (io.Reader, error) {
				if test.answer == "" {
					return nil, errors.New("no such device")
				}
				return strings.NewReader(test.answer), nil
			}
			code := run(t.Context(), append([]string{"delete", "fargateprofile", "--cluster", "demo"}, test.args...), streams, fastClock{time.Now()})
			if left := len(server.Profiles("demo")); code != test.code || left != test.left {
				t.Errorf("exit %d, %d profiles left\n%s", code, left, stderr.String())
			}
		})
	}
}

// Ctrl-C at the question ends fgctl although the terminal does not answer.
func TestInterruptedQuestion(t *testing.T) {
	server := inSandbox(t, oneProfile())
	silent, writer := io.Pipe()
	defer writer.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	// The pipe is read when the question has been asked.
	code, _, errs := onTerminal(ctx, readHook{silent, interrupt}, "delete", "fargateprofile", "web", "--cluster", "demo")
	if code != 130 || !strings.Contains(errs, "\nError: interrupted at the question; nothing was changed\n") || len(server.Profiles("demo")) != 1 {
		t.Errorf("exit %d, %d profiles left\n%s", code, len(server.Profiles("demo")), errs)
	}
}

type readHook struct {
	io.Reader
	before func()
}

func (r readHook) Read(p []byte) (int, error) {
	r.before()
	return r.Reader.Read(p)
}
