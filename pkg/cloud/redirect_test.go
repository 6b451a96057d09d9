package cloud_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
)

// What a credential provider is sent, such as the token for a container's endpoint, goes nowhere else: not to another
// port of the same host either.
func TestProvidersFollowNoRedirect(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string]map[string]string{
		"container": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "URL/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token"},
		"web identity": {
			"AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/r", "AWS_ENDPOINT_URL_STS": "URL",
		},
		"instance": {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "URL"},
	} {
		statuses := []int{301, 302, 303, 307, 308}
		if name == "instance" {
			statuses = []int{307} // this provider asks again, with pauses
		}
		for _, status := range statuses {
			var led atomic.Int32
			elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { led.Add(1) }))
			defer elsewhere.Close()
			provider := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/creds", status))
			defer provider.Close()
			isolate(t)
			t.Setenv("AWS_MAX_ATTEMPTS", "1")
			for key, value := range env {
				t.Setenv(key, strings.ReplaceAll(value, "URL", provider.URL))
			}
			c, err := cloud.New(t.Context(), cloud.Options{Region: "us-east-1"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Profile(t.Context(), "demo", "web"); cloud.ClassOf(err) == cloud.Other || err == nil {
				t.Errorf("%s, %d: got %v", name, status, err)
			}
			if n := led.Load(); n > 0 {
				t.Errorf("%s, %d: the other address was asked %d times", name, status, n)
			}
		}
	}
}
