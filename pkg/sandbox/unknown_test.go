package sandbox_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

// What the sandbox does not know is refused in the caller's protocol, and the refusal names the sandbox.
func TestUnknownOperations(t *testing.T) {
	b := bench.Serve(t)
	const form = "application/x-www-form-urlencoded; charset=utf-8"
	for _, test := range []struct {
		service, method, path, body string
		header                      map[string]string
		status                      int
		contentType, contains       string
	}{
		{"eks", "GET", "/clusters/demo/capabilities/x", "", nil, 404, "application/json", `"message":"The fgctl sandbox does not know the operation GET /clusters/demo/capabilities/x of eks"`},
		{"ec2", "POST", "/", "Action=RunInstances", map[string]string{"Content-Type": form}, 400, "text/xml", "<Response><Errors><Error><Code>InvalidAction</Code><Message>The fgctl sandbox does not know the operation RunInstances of ec2</Message>"},
		{"iam", "POST", "/", "Action=ListUsers", map[string]string{"Content-Type": form}, 400, "text/xml", "<Error><Type>Sender</Type><Code>InvalidAction</Code><Message>The fgctl sandbox does not know the operation ListUsers of iam</Message>"},
		{"sqs", "POST", "/", "Action=ListQueues", map[string]string{"Content-Type": form}, 404, "text/xml", "<Message>The fgctl sandbox does not know the service sqs</Message>"},
		{"ssm", "POST", "/", "{}", map[string]string{"X-Amz-Target": "AmazonSSM.GetParameter", "Content-Type": "application/x-amz-json-1.1"}, 404, "application/x-amz-json-1.1", `"__type":"UnknownOperationException"`},
		{"dynamodb", "POST", "/", "{}", map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}, 404, "application/x-amz-json-1.0", `"__type":"UnknownOperationException"`},
		{"monitoring", "POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", "\xa0", map[string]string{"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}, 404, "application/cbor", "\x19UnknownOperationException\x7b\x00\x00\x00\x00\x00\x00\x00\x07message\x7b\x00\x00\x00\x00\x00\x00\x00\x36The fgctl sandbox does not know the service monitoring"},
		{"route53", "GET", "/2013-04-01/hostedzone", "", nil, 404, "text/xml", "<Error><Type>Sender</Type><Code>UnknownOperationException</Code><Message>The fgctl sandbox does not know the service route53</Message>"},
		{"eks", "GET", "/clusters/demo/access-entries/arn:aws:iam::111122223333:role%2Ffargate-pods/access-policies", "", nil, 404, "application/json", "The fgctl sandbox does not know the operation"},
		{"eks", "DELETE", "/clusters/demo/access-entries/arn:aws:iam::111122223333:role%2Ffargate-pods/access-policies/arn:aws:eks::aws:cluster-access-policy%2FAmazonEKSViewPolicy", "", nil, 404, "application/json", "The fgctl sandbox does not know the operation"},
		{"s3", "GET", "/bucket", "", nil, 404, "text/xml", "<Error><Code>UnknownOperationException</Code><Message>The fgctl sandbox does not know the service s3</Message>"},
		{"lambda", "GET", "/2015-03-31/functions", "", nil, 404, "application/json", `"message":"The fgctl sandbox does not know the service lambda"`},
		{"", "POST", "/", "Action=AssumeRoleWithWebIdentity", map[string]string{"Content-Type": form}, 403, "text/xml", "<Message>the request is not signed; the fgctl sandbox tells the services apart by the signature&#39;s credential scope</Message>"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, b.URL+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		if test.service != "" {
			request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260102/us-east-1/"+test.service+"/aws4_request, Signature=0")
		}
		for k, v := range test.header {
			request.Header.Set(k, v)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != test.status || !strings.HasPrefix(response.Header.Get("Content-Type"), test.contentType) ||
			!strings.Contains(string(body), test.contains) {
			t.Errorf("%s: %d %s %s, want %d %s", test.service, response.StatusCode, response.Header.Get("Content-Type"), body, test.status, test.contains)
		}
	}
}
