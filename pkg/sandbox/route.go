package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/cfn"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/ec2"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/eks"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/iam"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// service is one service of AWS: its operations by name, for those with routes behind a mux too.
type service struct {
	protocol   *wire.Protocol
	operations map[string]*account.Operation
	mux        *http.ServeMux // nil for services that name the operation in the form
}

// services are those that the sandbox knows, by the name in the credential scope.
var services = sync.OnceValue(func() map[string]*service {
	return map[string]*service{
		"eks":            newService(wire.JSON, eks.Operations()),
		"ec2":            newService(wire.EC2, ec2.Operations()),
		"iam":            newService(wire.Query("https://iam.amazonaws.com/doc/2010-05-08/"), iam.Operations()),
		"cloudformation": newService(wire.Query("http://cloudformation.amazonaws.com/doc/2010-05-15/"), cfn.Operations()),
		"sts":            newService(wire.Query("https://sts.amazonaws.com/doc/2011-06-15/"), iam.STS()),
	}
})

func newService(protocol *wire.Protocol, operations []account.Operation) *service {
	s := &service{protocol: protocol, operations: map[string]*account.Operation{}}
	for i := range operations {
		o := &operations[i]
		s.operations[o.Name] = o
		if o.Route == "" {
			continue
		}
		if s.mux == nil {
			s.mux = http.NewServeMux()
		}
		s.mux.HandleFunc(o.Route, func(w http.ResponseWriter, _ *http.Request) {
			if found, ok := w.(*match); ok {
				found.operation = o
			}
		})
	}
	return s
}

// match takes what a mux finds; the mux's own refusal goes into memory that nobody reads.
type match struct {
	memory
	operation *account.Operation
	request   http.Request // a copy, because the mux writes into it
}

// parse takes a request apart. The call is never nil: a request that cannot be understood comes with the refusal that
// says so, and without an operation.
func (s *Server) parse(r *http.Request, number int) (*wire.Call, *account.Operation, *wire.Refusal) {
	count := strconv.FormatInt(int64(number), 16)
	c := &wire.Call{
		ID:       s.idPrefix + "000000000000"[min(len(count), 12):] + count,
		Protocol: protocolOf(r, ""), Service: "unknown", Region: s.world.Region,
		Operation: wire.Clip(r.Method + " " + r.URL.Path),
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return c, nil, &wire.Refusal{
			Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLargeException", Message: err.Error(),
		}
	}
	c.Body, c.Query = body, r.URL.Query()
	key, name, region, err := credentialScope(r, c.Query)
	if err != nil {
		// AWS's code and status for a request without a signature; the text is not AWS's.
		return c, nil, &wire.Refusal{
			Status: http.StatusForbidden, Code: "MissingAuthenticationTokenException", Message: err.Error(),
		}
	}
	c.AccessKey, c.Service = key, wire.Clip(name)
	if region != "" {
		c.Region = wire.Clip(region)
	}
	service := services()[name]
	if service == nil {
		c.Protocol = protocolOf(r, name)
		return c, nil, unknown("UnknownOperationException", "service "+c.Service)
	}
	c.Protocol = service.protocol
	find := service.byAction
	if service.mux != nil {
		find = service.byRoute
	}
	operation, refused := find(c, r)
	if operation != nil {
		c.Operation = operation.Name
		if operation.About != nil {
			operation.About(c)
		}
	}
	return c, operation, refused
}

// unknown refuses what the sandbox does not know. The texts name the sandbox, so that nobody takes them for AWS's,
// which knows more.
func unknown(code, what string) *wire.Refusal {
	r := wire.NotFound(code, "The fgctl sandbox does not know the "+what)
	if code == "InvalidAction" {
		r.Status = http.StatusBadRequest
	}
	return r
}

// protocolOf finds the protocol of a service that the sandbox does not know by the form of the request.
func protocolOf(r *http.Request, service string) *wire.Protocol {
	contentType := r.Header.Get("Content-Type")
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		return wire.CBOR()
	case r.Header.Get("X-Amz-Target") != "":
		return wire.Target(contentType)
	case service == "s3":
		return wire.S3()
	case strings.HasPrefix(contentType, "application/x-www-form-urlencoded"),
		service == "route53", service == "cloudfront":
		return wire.Query("") // the other services of REST-XML write their errors as it does
	}
	return wire.JSON
}

// byRoute finds the operation of a REST request and what it is about.
func (s *service) byRoute(c *wire.Call, r *http.Request) (*account.Operation, *wire.Refusal) {
	found := match{request: *r}
	s.mux.ServeHTTP(&found, &found.request)
	if found.operation == nil {
		return nil, unknown("UnknownOperationException", "operation "+r.Method+" "+wire.Clip(r.URL.Path)+" of "+c.Service)
	}
	c.Cluster, c.Profile = found.request.PathValue("cluster"), found.request.PathValue("profile")
	c.Resource = found.request.PathValue("arn")
	return found.operation, nil
}

// byAction finds the operation of a Query request. The texts of the other refusals are AWS's.
func (s *service) byAction(c *wire.Call, r *http.Request) (*account.Operation, *wire.Refusal) {
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return nil, wire.BadRequest("MalformedQueryString", "The query string contains a syntax error.")
	}
	for k, v := range c.Query {
		form[k] = append(form[k], v...)
	}
	c.Query = form
	action := wire.Clip(form.Get("Action"))
	if action == "" {
		c.Operation = wire.Clip(r.Method + " " + r.URL.Path)
		return nil, wire.BadRequest("MissingAction", "The request is missing an action or a required parameter.")
	}
	c.Operation = action
	operation := s.operations[action]
	if operation == nil {
		return nil, unknown("InvalidAction", "operation "+action+" of "+c.Service)
	}
	return operation, nil
}

// credentialScope finds the access key, service and region in a request's signature (Signature Version 4,
// Credential=KEY/DATE/REGION/SERVICE/aws4_request), in the header or presigned in the URL. The signature itself is not
// checked: every key is good.
func credentialScope(r *http.Request, query url.Values) (key, service, region string, err error) {
	credential := query.Get("X-Amz-Credential")
	if _, after, found := strings.Cut(r.Header.Get("Authorization"), "Credential="); found {
		credential, _, _ = strings.Cut(after, ",")
	}
	if credential == "" {
		return "", "", "", errors.New("the request is not signed; the fgctl sandbox tells the services apart by the " +
			"signature's credential scope")
	}
	// An access key may hold slashes, so the scope is read from its end.
	parts := strings.Split(strings.TrimSpace(credential), "/")
	n := len(parts)
	if n < 4 || parts[n-1] != "aws4_request" {
		return "", "", "", fmt.Errorf("the fgctl sandbox cannot read the credential %q: it is not "+
			"KEY/DATE/REGION/SERVICE/aws4_request", credential)
	}
	service = strings.ToLower(parts[n-2])
	if n >= 5 {
		region = parts[n-3] // Signature Version 4A names no region
	}
	return parts[0], service, region, nil
}
