package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// A module of Fargate profiles is applied, changed and destroyed by Terraform itself. FGCTL_TERRAFORM_PLUGINS names a
// file-system mirror with the provider hashicorp/aws, since the test downloads nothing.
func TestTerraform(t *testing.T) {
	t.Parallel()
	plugins := os.Getenv("FGCTL_TERRAFORM_PLUGINS")
	if _, err := exec.LookPath("terraform"); err != nil || plugins == "" || testing.Short() {
		t.Skip("terraform is not installed, or FGCTL_TERRAFORM_PLUGINS does not name a mirror of its providers")
	}
	b := serveNow(t, func(w *sandbox.World) {
		w.Delays, w.PageSize = sandbox.Delays{Create: time.Second, Delete: time.Second}, 0
	})
	dir := t.TempDir()
	module, err := os.ReadFile("testdata/terraform/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(dir, "settings.tfrc")
	mirror := "provider_installation {\n  filesystem_mirror {\n    path = \"" + plugins + "\"\n  }\n}\n"
	for to, text := range map[string]string{settings: mirror, filepath.Join(dir, "main.tf"): string(module)} {
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ command, want string }{
		{"init", "successfully initialized"},
		{"apply -auto-approve", "7 added, 0 changed, 0 destroyed"},
		{"plan -detailed-exitcode", "No changes."},
		{"apply -auto-approve -var team=b", "0 added, 3 changed, 0 destroyed"},
		{"output", "web ACTIVE 2 b"},
		{"destroy -auto-approve", "7 destroyed"},
	} {
		args := append([]string{"env", "TF_CLI_CONFIG_FILE=" + settings, "CHECKPOINT_DISABLE=1", "terraform", "-chdir=" + dir}, strings.Fields(test.command)...)
		stdout, stderr, err := program(t, b.URL, append(args, "-no-color")...)
		if err != nil || !strings.Contains(stdout, test.want) {
			t.Fatalf("terraform %s: %v\n%s%s", test.command, err, stdout, stderr)
		}
	}
	if left := b.Profiles("demo"); len(left) != 0 {
		t.Errorf("profiles %+v are left", left)
	}
}
