package sandbox

// This file speaks the Query protocol of EC2, IAM and STS: a form whose Action names the operation, XML
// answers.

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
)

const (
	ec2Namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"
	iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"
	stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"
)

// queryService is one service that speaks Query.
type queryService struct {
	protocol *protocol
	actions  map[string]func(*Server, *call) (any, *refusal)
}

// queryServices are the Query services by the name in the credential scope.
var queryServices map[string]queryService

func init() {
	queryServices = map[string]queryService{
		"ec2": {&ec2Protocol, ec2Actions},
		"iam": {&iamProtocol, iamActions},
		"sts": {&stsProtocol, stsActions},
	}
}

// ec2Protocol writes EC2's XML. The texts are AWS's (EC2 API reference, error codes).
var ec2Protocol = protocol{
	success: func(c *call, v any) reply {
		return writeXML(c, http.StatusOK, c.operation+"Response", ec2Namespace, struct {
			RequestID string `xml:"requestId"`
			Result    any
		}{c.id, v})
	},
	failure: func(c *call, r *refusal) reply {
		type item struct{ Code, Message string }
		return writeXML(c, r.Status, "Response", "", struct {
			Errors struct{ Error item }
			ID     string `xml:"RequestID"`
		}{struct{ Error item }{item{r.Code, r.Message}}, c.id})
	},
	throttled:   &refusal{Status: 503, Code: "RequestLimitExceeded", Message: "Request limit exceeded."},
	internal:    &refusal{Status: 500, Code: "InternalError", Message: "An internal error has occurred"},
	unavailable: &refusal{Status: 503, Code: "Unavailable", Message: "The service is unavailable. Please try again shortly."},
	expired:     &refusal{Status: 400, Code: "RequestExpired", Message: "Request has expired."},
	denied: func(user, action, _ string) *refusal {
		return &refusal{Status: 403, Code: "UnauthorizedOperation", Message: "You are not authorized to perform this operation. User: " + user + " is not authorized to perform: " + action + " because no identity-based policy allows the " + action + " action"}
	},
}

var (
	iamProtocol = queryProtocol(iamNamespace)
	stsProtocol = queryProtocol(stsNamespace)
)

// queryProtocol writes the XML of the Query services that are not EC2.
func queryProtocol(namespace string) protocol {
	return protocol{
		success: func(c *call, v any) reply {
			return writeXML(c, http.StatusOK, c.operation+"Response", namespace, struct {
				Result any
				ID     string `xml:"ResponseMetadata>RequestId"`
			}{named{c.operation + "Result", v}, c.id})
		},
		failure: func(c *call, r *refusal) reply {
			kind := "Sender"
			if r.Status >= http.StatusInternalServerError {
				kind = "Receiver"
			}
			type item struct{ Type, Code, Message string }
			return writeXML(c, r.Status, "ErrorResponse", namespace, struct {
				Error item
				ID    string `xml:"RequestId"`
			}{item{kind, r.Code, r.Message}, c.id})
		},
		throttled:   &refusal{Status: 400, Code: "Throttling", Message: "Rate exceeded"},
		internal:    &refusal{Status: 500, Code: "ServiceFailure", Message: "The request processing has failed because of an unknown error, exception or failure."},
		unavailable: &refusal{Status: 503, Code: "ServiceUnavailable", Message: "The request has failed due to a temporary failure of the server."},
		expired:     &refusal{Status: 403, Code: "ExpiredToken", Message: expiredText},
		denied: func(user, action, resource string) *refusal {
			return &refusal{Status: 403, Code: "AccessDenied", Message: "User: " + user + " is not authorized to perform: " + action + " on resource: " + resource + " because no identity-based policy allows the " + action + " action"}
		},
	}
}

// named is a value under an element's name of its own; a nil value leaves the element empty.
type named struct {
	name  string
	value any
}

// MarshalXML writes the element.
func (n named) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	start.Name.Local = n.name
	if n.value == nil {
		n.value = struct{}{}
	}
	return e.EncodeElement(n.value, start)
}

// writeXML writes an answer under its root element.
func writeXML(c *call, status int, root, namespace string, v any) reply {
	var body bytes.Buffer
	body.WriteString(xml.Header)
	start := xml.StartElement{Name: xml.Name{Local: root}}
	if namespace != "" {
		start.Attr = []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}
	}
	if err := xml.NewEncoder(&body).EncodeElement(v, start); err != nil {
		status = http.StatusInternalServerError
		body.Reset()
		body.WriteString("<Response><Errors><Error><Code>InternalError</Code><Message>the sandbox could not write its answer</Message></Error></Errors></Response>")
	}
	header := http.Header{}
	header.Set("Content-Type", "text/xml;charset=UTF-8")
	header.Set("X-Amzn-Requestid", c.id)
	return reply{status: status, header: header, body: body.Bytes()}
}

// routeQuery finds the operation of a Query request. The texts of its refusals are AWS's.
func (c *call) routeQuery(r *http.Request) *refusal {
	service, known := queryServices[c.service]
	if !known {
		// Not AWS's text: AWS knows more services than the sandbox.
		return &refusal{Status: http.StatusNotFound, Code: "UnknownOperationException", Message: "The sandbox does not know the service " + c.service}
	}
	c.protocol = service.protocol
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return &refusal{Status: http.StatusBadRequest, Code: "MalformedQueryString", Message: "The query string contains a syntax error."}
	}
	for k, v := range r.URL.Query() {
		form[k] = append(form[k], v...)
	}
	c.query = form
	c.operation = clip(form.Get("Action"))
	run, known := service.actions[c.operation]
	if c.operation == "" {
		c.operation = clip(r.Method + " " + r.URL.Path)
		return &refusal{Status: http.StatusBadRequest, Code: "MissingAction", Message: "The request is missing an action or a required parameter."}
	}
	if !known {
		return &refusal{Status: http.StatusBadRequest, Code: "InvalidAction", Message: "The action " + c.operation + " is not valid for this web service."}
	}
	c.run = run
	return nil
}

// values reads a Query list: prefix.1, prefix.2 …
func (c *call) values(prefix string) []string {
	var out []string
	for i := 1; ; i++ {
		v, ok := c.query[prefix+"."+strconv.Itoa(i)]
		if !ok {
			return out
		}
		out = append(out, v...)
	}
}

// tagItem is a tag in XML.
type tagItem struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// listOf makes an XML list that is present even when it is empty.
type listOf[T any] struct {
	Items []T `xml:"item"`
}
