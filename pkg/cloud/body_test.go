package cloud

import (
	"io"
	"net/http"
	"strings"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// doer is a client in a test.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// A body that the SDK has closed is at its end for net/http, and not an error.
func TestAClosedBodyIsAtItsEnd(t *testing.T) {
	request, err := smithyhttp.NewStackRequest().(*smithyhttp.Request).SetStream(strings.NewReader("Action=DescribeRouteTables"))
	if err != nil {
		t.Fatal(err)
	}
	built := request.Build(t.Context())
	read := func(r *http.Request) (string, error) {
		text, err := io.ReadAll(io.LimitReader(r.Body, r.ContentLength))
		if err != nil {
			return "", err
		}
		_ = r.Body.Close()
		_, err = io.Copy(io.Discard, r.Body)
		return string(text), err
	}
	client := plainBodies{doer(func(r *http.Request) (*http.Response, error) {
		if text, err := read(r); err != nil || text != "Action=DescribeRouteTables" {
			t.Errorf("got %q and %v", text, err)
		}
		return nil, nil
	})}
	if _, err := client.Do(built); err != nil {
		t.Fatal(err)
	}
	if _, err := read(request.Build(t.Context())); err == nil {
		t.Log("the SDK's own bodies do not need this any more")
	}
}
