package wire

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"net/http"
	"time"
)

// expired is what EKS, IAM and STS say of credentials whose time is over.
const expired = "The security token included in the request is expired"

// JSON writes EKS's answers, REST-JSON: an exception has its name in the header X-Amzn-ErrorType and its members
// in the body. The texts of the general errors are AWS's where clients print them (throttling), else plain.
var JSON = &Protocol{
	success: func(c *Call, v any) Reply {
		if v == nil {
			v = struct{}{}
		}
		return writeJSON(c, http.StatusOK, v)
	},
	failure: func(c *Call, r *Refusal) Reply {
		body := map[string]any{"message": r.Message}
		maps.Copy(body, r.Fields)
		out := writeJSON(c, r.Status, body)
		out.Header.Set("X-Amzn-Errortype", r.Code)
		return out
	},
	Throttled:   &Refusal{Status: 429, Code: "ThrottlingException", Message: "Rate exceeded"},
	Internal:    &Refusal{Status: 500, Code: "ServerException", Message: "Internal server error"},
	Unavailable: &Refusal{Status: 503, Code: "ServiceUnavailableException", Message: "Service unavailable"},
	Expired:     &Refusal{Status: 403, Code: "ExpiredTokenException", Message: expired},
	Denied: func(caller, action, resource string) *Refusal {
		return &Refusal{
			Status: 403, Code: "AccessDeniedException",
			Message: "User: " + caller + " is not authorized to perform: " + action + " on resource: " + resource,
		}
	},
}

// Target returns the protocol of the services that name the operation in the header X-Amz-Target, of which there are
// two versions: each is answered in the type of its request.
func Target(contentType string) *Protocol {
	p := *JSON
	p.failure = func(c *Call, r *Refusal) Reply {
		out := writeJSON(c, r.Status, map[string]any{"__type": r.Code, "message": r.Message})
		out.Header.Set("Content-Type", contentType)
		return out
	}
	return &p
}

// CBOR returns Smithy's protocol rpc-v2-cbor, as far as refusals need it.
func CBOR() *Protocol {
	p := *JSON
	p.failure = func(c *Call, r *Refusal) Reply {
		body := []byte{0xa2} // a map of two pairs
		for _, text := range []string{"__type", r.Code, "message", r.Message} {
			body = binary.BigEndian.AppendUint64(append(body, 0x7b), uint64(len(text))) // a text with a length of eight bytes
			body = append(body, text...)
		}
		out := writeJSON(c, r.Status, nil)
		out.Body = body
		out.Header.Set("Content-Type", "application/cbor")
		out.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		return out
	}
	return &p
}

// jsonType is the type of all answers in JSON; nobody changes it.
var jsonType = []string{"application/json"}

func writeJSON(c *Call, status int, v any) Reply {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"message":"the sandbox could not write its answer"}`)
	}
	header := http.Header{"Content-Type": jsonType, "X-Amzn-Requestid": {c.ID}}
	return Reply{Status: status, Header: header, Body: body}
}

// Epoch returns a time as REST-JSON writes it: seconds since 1970 with milliseconds.
func Epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
