package cloud

import (
	"errors"
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
	answer, err := c.HTTPClient.Do(request)
	if call, ok := request.Context().Value(callKey{}).(*call); ok && err == nil && answer.Body != nil {
		answer.Body = &boundedBody{ReadCloser: answer.Body, call: call, left: call.limit}
	}
	return answer, err
}

// beginning is how much of an answer is kept to see what it is.
const beginning = 512

// boundedBody ends with an error where the answer is longer than one to its call may be, which spares the SDK the
// memory: it reads a whole answer before it parses it. What was compressed counts as it is unpacked.
type boundedBody struct {
	io.ReadCloser
	call *call
	left int64
}

var errTooLong = errors.New("the answer is too long")

// Read reads from the answer.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		// Whether there is more takes a look.
		n, err := b.ReadCloser.Read(make([]byte, 1))
		if n == 0 {
			return 0, err
		}
		b.call.tooLong = true
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if room := b.call.keep - len(b.call.begin); room > 0 {
		b.call.begin = append(b.call.begin, p[:min(n, room)]...)
	}
	return n, err
}
