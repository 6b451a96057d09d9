//go:build unix

package cli

// This file kills the real thing: processes of fgctl, at random moments, while they replace and delete in a
// sandbox that is a process of its own. The same command is run again until it is done, and the sandbox's
// history reports whether anything was lost on the way.

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

const (
	// killClusters is how many clusters are worked on side by side.
	killClusters = 6
	// killRounds is how many rounds there are unless FGCTL_KILL_ROUNDS says otherwise.
	killRounds = 18
	// killTries is how often a command is run until it has to be done; it is killed in the first few.
	killTries = 12
	// longest is the last moment of a kill, in milliseconds: a replacement takes about that on a quiet
	// machine.
	longest = 250
)

// killWorld has clusters that share a VPC, each with a profile to replace and one to leave alone.
func killWorld() string {
	var out strings.Builder
	out.WriteString("delays: {create: 60ms, delete: 60ms}\nroles:\n- name: fargate-pods\n" +
		"  trust: '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"eks-fargate-pods.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}'\n" +
		"vpcs:\n- id: vpc-0d3e0000000000001\n  cidr: 10.20.0.0/16\n  subnets:\n  - {id: subnet-0aaa0000000000001, cidr: 10.20.10.0/24, zone: us-east-1a, zoneID: use1-az1}\n" +
		"  routeTables:\n  - {id: rtb-0aaa0000000000001, main: true, routes: [{to: 10.20.0.0/16, via: local}, {to: 0.0.0.0/0, via: nat-0aaa0000000000001}]}\nclusters:\n")
	for i := range killClusters {
		fmt.Fprintf(&out, "- name: c%d\n  status: ACTIVE\n  version: \"1.33\"\n  vpc: vpc-0d3e0000000000001\n  subnets: [subnet-0aaa0000000000001]\n  profiles:\n"+
			"  - {name: web, role: fargate-pods, subnets: [subnet-0aaa0000000000001], selectors: [{namespace: ns-0}]}\n"+
			"  - {name: bystander, role: fargate-pods, subnets: [subnet-0aaa0000000000001], selectors: [{namespace: other}], tags: {owner: somebody}}\n", i)
	}
	return out.String()
}

func TestKilledProcessesLoseNothing(t *testing.T) {
	rounds, seed := killRounds, uint64(time.Now().UnixNano())
	if text := asked["FGCTL_KILL_ROUNDS"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		rounds = n
	}
	if text := asked["FGCTL_KILL_SEED"]; text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("%d rounds, FGCTL_KILL_SEED=%d", rounds, seed)
	env, endpoint := serveProcess(t)
	kills := make([]int, killClusters)
	var group sync.WaitGroup
	for i := range killClusters {
		group.Go(func() {
			k := &killer{
				t: t, env: env, cluster: fmt.Sprintf("c%d", i), endpoint: endpoint, choose: rand.New(rand.NewPCG(seed, uint64(i))),
				name: "web", namespace: "ns-0",
			}
			for round := i; round < rounds && !t.Failed(); round += killClusters {
				k.round(round)
			}
			k.checkHistory()
			kills[i] = k.kills
		})
	}
	group.Wait()
	sum := 0
	for _, n := range kills {
		sum += n
	}
	t.Logf("%d processes were killed", sum)
	if rounds >= killRounds && sum < rounds/3 {
		t.Errorf("only %d processes of %d rounds were killed before they had ended", sum, rounds)
	}
}

// serveProcess starts a sandbox as a process and returns the environment for its clients.
func serveProcess(t *testing.T) (env []string, endpoint string) {
	t.Helper()
	dir := t.TempDir()
	world := filepath.Join(dir, "world.yaml")
	if err := os.WriteFile(world, []byte(killWorld()), 0o600); err != nil {
		t.Fatal(err)
	}
	env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "GORACE=atexit_sleep_ms=0"}
	serve := exec.CommandContext(t.Context(), "fgctl", "sandbox", "serve", "--world", world)
	serve.Env = env
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill(); _ = serve.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		entry, found := strings.CutPrefix(lines.Text(), "export ")
		if !found {
			break
		}
		key, value, _ := strings.Cut(entry, "=")
		value = strings.Trim(value, `'"`)
		env = append(env, key+"="+value)
		if key == "AWS_ENDPOINT_URL" {
			endpoint = value
		}
		if key == "FGCTL_SETTLE" {
			break // the last one
		}
	}
	if endpoint == "" {
		t.Fatal("the sandbox did not say where it is")
	}
	return env, endpoint
}

// killer works on one cluster; name and namespace are those of the profile that is replaced.
type killer struct {
	t        *testing.T
	env      []string
	cluster  string
	endpoint string
	choose   *rand.Rand

	name, namespace string
	// inFile is the name of the profile in the files that are applied, once one was.
	inFile string
	kills  int
}

// round applies a file, replaces, replaces and goes back, or deletes, with the process killed on the way.
func (k *killer) round(number int) {
	next := fmt.Sprintf("ns-%d", number+1)
	replace := []string{"replace", "fargateprofile", k.name, "--cluster", k.cluster, "--namespace", next, "--yes", "--skip-checks", "role-use,role-policy"}
	if k.choose.IntN(3) == 0 {
		replace = append(replace, "--keep-name")
	}
	switch k.choose.IntN(5) {
	case 0:
		k.deletion()
	case 1:
		k.goBack(replace, next)
	case 2:
		k.application(next)
		k.settled(next)
	default:
		k.untilDone(replace)
		k.settled(next)
	}
}

// untilDone runs a command again and again, killed in the first tries, until it succeeds.
func (k *killer) untilDone(args []string) {
	for try := range killTries {
		var after time.Duration
		if try < 3 && k.choose.IntN(4) > 0 || try == 0 {
			after = time.Duration(1+k.choose.IntN(longest)) * time.Millisecond
		}
		code, text := k.run(args, after)
		switch {
		case code == 0:
			return
		case code > 0 && after == 0:
			k.t.Errorf("%s: fgctl %s: exit %d\n%s", k.cluster, strings.Join(args, " "), code, text)
			return
		}
	}
	k.t.Errorf("%s: fgctl %s is not done after %d tries", k.cluster, strings.Join(args, " "), killTries)
}

// goBack begins a replacement, is killed, and undoes it; where that is not possible any more, it goes on.
func (k *killer) goBack(replace []string, next string) {
	code, _ := k.run(replace, time.Duration(1+k.choose.IntN(longest))*time.Millisecond)
	if code == 0 {
		k.settled(next)
		return
	}
	for range killTries {
		code, text := k.run([]string{"replace", "fargateprofile", k.name, "--cluster", k.cluster, "--abort", "--yes"}, time.Duration(k.choose.IntN(2)*(1+k.choose.IntN(longest)))*time.Millisecond)
		switch {
		case code == 0:
			k.settled(k.namespace)
			return
		case strings.Contains(text, "cannot be undone"):
			k.untilDone(replace)
			k.settled(next)
			return
		case code > 0:
			k.t.Errorf("%s: abort: exit %d\n%s", k.cluster, code, text)
			return
		}
	}
	k.t.Errorf("%s: abort is not done after %d tries", k.cluster, killTries)
}

// application applies a file in which the profile takes another namespace. An earlier file had the extra profile as well.
func (k *killer) application(next string) {
	k.inFile = cmp.Or(k.inFile, k.name)
	file := filepath.Join(k.t.TempDir(), "profiles.json")
	write := func(more string) []string {
		text := fmt.Sprintf(`{"fargateProfiles": [{"name": %q, "selectors": [{"namespace": %q}]}%s]}`, k.inFile, next, more)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			k.t.Error(err)
		}
		return []string{"apply", "-f", file, "--cluster", k.cluster, "--prune", "--yes", "--skip-checks", "role-use,role-policy"}
	}
	k.untilDone(write(`, {"name": "extra", "selectors": [{"namespace": "extra"}]}`))
	k.untilDone(write(""))
}

// deletion makes a profile and deletes it.
func (k *killer) deletion() {
	if code, text := k.run([]string{"create", "fargateprofile", "extra", "--cluster", k.cluster, "--namespace", "extra"}, 0); code != 0 {
		k.t.Errorf("%s: create: exit %d\n%s", k.cluster, code, text)
		return
	}
	k.untilDone([]string{"delete", "fargateprofile", "extra", "--cluster", k.cluster, "--yes", "--ignore-not-found"})
	k.settled(k.namespace)
}

// settled looks at what there is, as another client: the bystander and one profile of the namespace wanted,
// both ACTIVE and nothing else.
func (k *killer) settled(namespace string) {
	code, text := k.run([]string{"get", "fargateprofile", "--cluster", k.cluster, "-o", "json"}, 0)
	var profiles []struct {
		Name      string
		Status    string
		Tags      map[string]string
		Selectors []struct{ Namespace string }
	}
	if code != 0 || json.Unmarshal([]byte(text), &profiles) != nil || len(profiles) != 2 {
		k.t.Errorf("%s: two profiles are wanted: exit %d\n%s", k.cluster, code, text)
		return
	}
	for _, p := range profiles {
		switch {
		case p.Status != "ACTIVE":
			k.t.Errorf("%s: %s is %s", k.cluster, p.Name, p.Status)
		case p.Name == "bystander":
			if p.Tags["owner"] != "somebody" || p.Selectors[0].Namespace != "other" {
				k.t.Errorf("%s: the bystander was touched: %+v", k.cluster, p)
			}
		case p.Selectors[0].Namespace != namespace || p.Tags["fgctl:temporary"] != "":
			k.t.Errorf("%s: %s has %+v, %s is wanted", k.cluster, p.Name, p, namespace)
		default:
			k.name, k.namespace = p.Name, namespace
		}
	}
}

// run runs fgctl, and kills it after some time unless that is 0. The code is -1 for a process that was
// killed; text is stdout where it succeeds, else stderr.
func (k *killer) run(args []string, after time.Duration) (code int, text string) {
	cmd := exec.CommandContext(context.Background(), "fgctl", args...)
	cmd.Env = k.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		k.t.Error(err)
		return 1, ""
	}
	if after > 0 {
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, stdout.String()
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		k.kills++
		return -1, stderr.String()
	case errors.As(err, &exit):
		return exit.ExitCode(), stderr.String()
	}
	k.t.Error(err)
	return 1, ""
}

// checkHistory reads every change of status: besides the bystander and the extra one there was an ACTIVE
// profile at every instant, and the bystander never changed.
func (k *killer) checkHistory() {
	request, err := http.NewRequest(http.MethodGet, k.endpoint+"/_sandbox/history", nil)
	if err != nil {
		k.t.Error(err)
		return
	}
	request.Header.Set(sandbox.ControlHeader, "1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		k.t.Error(err)
		return
	}
	defer response.Body.Close()
	var history struct {
		Clusters []struct {
			Cluster string
			Changes []sandbox.Change
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&history); err != nil {
		k.t.Error(err)
		return
	}
	active := map[string]bool{"web": true}
	var changes []sandbox.Change
	for _, c := range history.Clusters {
		if c.Cluster == k.cluster {
			changes = c.Changes
		}
	}
	if len(changes) == 0 {
		k.t.Errorf("%s has no history", k.cluster)
	}
	for _, c := range changes {
		if c.Profile == "bystander" && c.At.After(changes[0].At) {
			k.t.Errorf("%s: the bystander became %q at %s", k.cluster, c.Status, c.At)
		}
		if c.Profile == "bystander" || c.Profile == "extra" {
			continue
		}
		if c.Status == "ACTIVE" {
			active[c.Profile] = true
		} else {
			delete(active, c.Profile)
		}
		if len(active) == 0 {
			k.t.Errorf("%s: at %s nothing was ACTIVE, when %s became %q", k.cluster, c.At, c.Profile, c.Status)
		}
	}
}
