package sandboxtest_test

import (
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/sandboxtest"
)

func TestClientsReachTheSandbox(t *testing.T) {
	server := sandboxtest.NewServer(t, sandbox.DefaultWorld(), sandbox.Options{})
	out, err := eks.NewFromConfig(server.Config()).ListClusters(t.Context(), &eks.ListClustersInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Clusters) == 0 {
		t.Error("the default world lists no cluster")
	}
	if !slices.Contains(server.Environ(nil), "AWS_ENDPOINT_URL="+server.URL) {
		t.Errorf("the environment does not name %s", server.URL)
	}
	server.Close()
	if resp, err := http.Get(server.URL); err == nil {
		_ = resp.Body.Close()
		t.Error("the server answers after Close")
	}
}

// A world without a region is in the default one, for clients too.
func TestRegion(t *testing.T) {
	if got := sandboxtest.NewServer(t, sandbox.World{}, sandbox.Options{}).Config().Region; got != "us-east-1" {
		t.Errorf("region %q", got)
	}
}

// What is for tests stays out of the binary.
func TestFgctlDoesNotLinkIt(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "../../../cmd/fgctl").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(out)) {
		if name == "testing" || strings.HasSuffix(name, "/sandboxtest") {
			t.Errorf("fgctl links %s", name)
		}
	}
}
