package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

// Faults can be set from a shell.
func TestFaultsOverHTTP(t *testing.T) {
	b := bench.Serve(t)
	send := func(text string) int {
		status, _ := control(t, b, http.MethodPost, "faults", text)
		return status
	}
	if got := send("- {operation: eks:ListClusters, kind: throttle, times: 1}"); got != 200 {
		t.Errorf("status %d", got)
	}
	_, first := b.EKS.ListClusters(ctx, nil)
	_, second := b.EKS.ListClusters(ctx, nil)
	if bench.Code(first) != "ThrottlingException" || second != nil {
		t.Errorf("got %v, then %v", first, second)
	}
	for text, want := range map[string]int{"": 200, "[]": 200, "- {kind: nonsense}": 400, "- {no: no}": 400, "{": 400} {
		if got := send(text); got != want {
			t.Errorf("%q: status %d, want %d", text, got, want)
		}
	}
}
