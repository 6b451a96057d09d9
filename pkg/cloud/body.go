package cloud

// This file keeps the SDK's request bodies from breaking answers off.

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// plainBodies hides that the SDK's request bodies can write themselves (io.WriterTo). The SDK closes a body as
// soon as the answer begins, and a closed one answers net/http's last look for more with io.EOF, which is an
// error there: the connection is closed under a long answer that is still being read ("use of closed network
// connection"; smithy-go v1.28.9, safeWriteToReadCloser). Read says io.EOF, too, where that means the end.
type plainBodies struct{ aws.HTTPClient }

// Do sends the request.
func (c plainBodies) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		request = request.Clone(request.Context())
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return c.HTTPClient.Do(request)
}
