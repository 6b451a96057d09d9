package wire

import (
	"bytes"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
)

// EC2 writes EC2's XML. The texts are AWS's (EC2 API reference, error codes).
var EC2 = &Protocol{
	success: func(c *Call, v any) Reply {
		return writeXML(c, http.StatusOK, c.Operation+"Response", "http://ec2.amazonaws.com/doc/2016-11-15/", struct {
			RequestID string `xml:"requestId"`
			Result    any
		}{c.ID, v})
	},
	failure: func(c *Call, r *Refusal) Reply {
		return writeXML(c, r.Status, "Response", "", struct {
			Code    string `xml:"Errors>Error>Code"`
			Message string `xml:"Errors>Error>Message"`
			ID      string `xml:"RequestID"`
		}{r.Code, r.Message, c.ID})
	},
	Throttled: &Refusal{Status: 503, Code: "RequestLimitExceeded", Message: "Request limit exceeded."},
	Internal:  &Refusal{Status: 500, Code: "InternalError", Message: "An internal error has occurred"},
	Unavailable: &Refusal{
		Status: 503, Code: "Unavailable",
		Message: "The service is unavailable. Please try again shortly.",
	},
	Expired: &Refusal{Status: 400, Code: "RequestExpired", Message: "Request has expired."},
	Denied: func(caller, action, _ string) *Refusal {
		return &Refusal{
			Status: 403, Code: "UnauthorizedOperation",
			Message: "You are not authorized to perform this operation. User: " + caller +
				" is not authorized to perform: " + action + because(action),
		}
	},
}

func because(action string) string {
	return " because no identity-based policy allows the " + action + " action"
}

// Query returns the protocol of the services that write XML as IAM and STS do.
func Query(namespace string) *Protocol {
	return &Protocol{
		success: func(c *Call, v any) Reply {
			return writeXML(c, http.StatusOK, c.Operation+"Response", namespace, struct {
				Result any
				ID     string `xml:"ResponseMetadata>RequestId"`
			}{Named{c.Operation + "Result", v}, c.ID})
		},
		failure: func(c *Call, r *Refusal) Reply {
			kind := "Sender"
			if r.Status >= http.StatusInternalServerError {
				kind = "Receiver"
			}
			return writeXML(c, r.Status, "ErrorResponse", namespace, struct {
				Type    string `xml:"Error>Type"`
				Code    string `xml:"Error>Code"`
				Message string `xml:"Error>Message"`
				ID      string `xml:"RequestId"`
			}{kind, r.Code, r.Message, c.ID})
		},
		Throttled: &Refusal{Status: 400, Code: "Throttling", Message: "Rate exceeded"},
		Internal: &Refusal{
			Status: 500, Code: "ServiceFailure",
			Message: "The request processing has failed because of an unknown error, exception or failure.",
		},
		Unavailable: &Refusal{
			Status: 503, Code: "ServiceUnavailable",
			Message: "The request has failed due to a temporary failure of the server.",
		},
		Expired: &Refusal{Status: 403, Code: "ExpiredToken", Message: expired},
		Denied: func(caller, action, resource string) *Refusal {
			return &Refusal{Status: 403, Code: "AccessDenied", Message: "User: " + caller +
				" is not authorized to perform: " + action + " on resource: " + resource + because(action)}
		},
	}
}

// S3 returns S3's protocol, as far as refusals need it.
func S3() *Protocol {
	p := *Query("")
	p.failure = func(c *Call, r *Refusal) Reply {
		return writeXML(c, r.Status, "Error", "", struct {
			Code, Message string
			ID            string `xml:"RequestId"`
		}{r.Code, r.Message, c.ID})
	}
	return &p
}

// Named is a value under an element's name of its own; a nil value leaves the element empty.
type Named struct {
	Name  string
	Value any
}

// MarshalXML writes the element.
func (n Named) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	start.Name.Local = n.Name
	if n.Value == nil {
		n.Value = struct{}{}
	}
	return e.EncodeElement(n.Value, start)
}

// writeXML writes an answer under its root element.
func writeXML(c *Call, status int, root, namespace string, v any) Reply {
	var body bytes.Buffer
	body.WriteString(xml.Header)
	start := xml.StartElement{Name: xml.Name{Local: root}}
	if namespace != "" {
		start.Attr = []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}
	}
	if err := xml.NewEncoder(&body).EncodeElement(v, start); err != nil {
		status = http.StatusInternalServerError
		body.Reset()
		body.WriteString("<Response><Errors><Error><Code>InternalError</Code>" +
			"<Message>the sandbox could not write its answer</Message></Error></Errors></Response>")
	}
	header := http.Header{}
	header.Set("Content-Type", "text/xml;charset=UTF-8")
	header.Set("X-Amzn-Requestid", c.ID)
	return Reply{Status: status, Header: header, Body: body.Bytes()}
}

// Items is an XML list of EC2 that is present even when it is empty.
type Items[T any] struct {
	List []T `xml:"item"`
}

// Members is a list of the Query services that is present even when it is empty.
type Members[T any] struct {
	List []T `xml:"member"`
}

// Tag is a tag as IAM writes it.
type Tag struct{ Key, Value string }

// Tags returns tags in the order of their keys.
func Tags(tags map[string]string) []Tag {
	list := make([]Tag, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, Tag{k, tags[k]})
	}
	return list
}

// Fields are elements that stand in an answer of EC2 without one around them.
type Fields []Named

// MarshalXML writes the elements into the surrounding one.
func (f Fields) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	for _, n := range f {
		if err := e.EncodeElement(n, xml.StartElement{Name: xml.Name{Local: n.Name}}); err != nil {
			return err
		}
	}
	return nil
}

// Page is what every describe operation of EC2 answers with: things under their list's name, and the token of
// the next page.
type Page struct {
	Name  string
	Items []any
	Next  string
}

// MarshalXML writes the list into the surrounding element, as EC2 does.
func (p Page) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	start := xml.StartElement{Name: xml.Name{Local: p.Name}}
	if err := e.EncodeElement(Items[any]{p.Items}, start); err != nil || p.Next == "" {
		return err
	}
	return e.EncodeElement(p.Next, xml.StartElement{Name: xml.Name{Local: "nextToken"}})
}
