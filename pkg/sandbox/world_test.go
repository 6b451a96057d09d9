package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestNewRefusesWhatCannotBe(t *testing.T) {
	_, err := sandbox.New(sandbox.World{Clusters: []sandbox.Cluster{{}}}, sandbox.Options{})
	if err == nil || err.Error() != "clusters[0].name: missing" {
		t.Errorf("got %v", err)
	}
}

// A world made in Go needs to say nothing that a file need not say.
func TestEmptyWorld(t *testing.T) {
	s, err := sandbox.New(sandbox.World{}, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if w := s.World(); w.Region != "us-east-1" || w.Partition != "aws" || w.Quotas.Profiles != 10 || w.Delays.Create != 0 {
		t.Errorf("defaults %+v", w)
	}
}

// The sandbox must be able to prove the rules wrong, so it must not know them.
func TestImportsNoRules(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			path := strings.Trim(strings.TrimSpace(line), `"`)
			if strings.HasPrefix(path, "github.com/fgctl/fgctl/") && !strings.HasPrefix(path, "github.com/fgctl/fgctl/pkg/sandbox") {
				t.Errorf("%s imports %s", name, path)
			}
			if !strings.HasSuffix(name, "_test.go") && strings.HasPrefix(path, "github.com/aws/") {
				t.Errorf("%s imports %s: the sandbox writes the protocols itself", name, path)
			}
		}
	}
}
