package trust

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// maxDocument is far above what IAM takes (a trust policy has at most 8,192 characters).
const maxDocument = 1 << 20

// Policy is a trust policy: its statements in their order.
type Policy struct {
	statements []statement
	// repeated has a sentence for each key that an object of the document has more than once.
	repeated []string
}

type statement struct {
	deny         bool
	principals   principals
	notPrincipal bool
	actions      []string
	notAction    bool
	conditions   []condition
}

// principals are the values of Principal by their kind: Service, AWS, Federated, CanonicalUser. The bare
// "*" is everyone.
type principals struct {
	everyone bool
	byKind   map[string][]string
}

// Parse reads a document, plain or URL-encoded as IAM GetRole returns it (RFC 3986). The error names the
// statement that is wrong.
func Parse(document string) (Policy, error) {
	if len(document) > maxDocument {
		return Policy{}, errors.New("the trust policy is larger than IAM allows")
	}
	text := strings.TrimSpace(document)
	if !strings.HasPrefix(text, "{") {
		decoded, err := url.PathUnescape(text)
		if err != nil {
			return Policy{}, fmt.Errorf("the trust policy is not URL-encoded text: %w", err)
		}
		text = decoded
	}
	var raw struct {
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return Policy{}, fmt.Errorf("the trust policy is not a JSON object: %w", wrongType(err))
	}
	parts, err := oneOrMany[json.RawMessage](raw.Statement)
	if err != nil {
		return Policy{}, fmt.Errorf("the trust policy's Statement: %w", err)
	}
	p := Policy{repeated: repeatedKeys(text)}
	for i, part := range parts {
		s, err := parseStatement(part)
		if err != nil {
			return Policy{}, fmt.Errorf("statement %d of the trust policy: %w", i+1, err)
		}
		p.statements = append(p.statements, s)
	}
	return p, nil
}

func parseStatement(data json.RawMessage) (statement, error) {
	var raw struct {
		Effect                  string
		Principal, NotPrincipal json.RawMessage
		Action, NotAction       json.RawMessage
		Condition               map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return statement{}, wrongType(err)
	}
	var s statement
	switch raw.Effect {
	case "Allow":
	case "Deny":
		s.deny = true
	default:
		return s, fmt.Errorf("the Effect %q is neither Allow nor Deny", raw.Effect)
	}
	var err error
	if s.principals, s.notPrincipal, err = parsePrincipals(raw.Principal, raw.NotPrincipal); err != nil {
		return s, err
	}
	actions, name := raw.Action, "Action"
	if s.notAction = present(raw.NotAction); s.notAction {
		if present(raw.Action) {
			return s, errors.New("it has both Action and NotAction")
		}
		actions, name = raw.NotAction, "NotAction"
	}
	if s.actions, err = oneOrMany[string](actions); err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	s.conditions, err = parseConditions(raw.Condition)
	return s, err
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && !bytes.Equal(raw, []byte("null")) }

func parsePrincipals(principal, notPrincipal json.RawMessage) (out principals, not bool, err error) {
	raw, name := principal, "Principal"
	if not = present(notPrincipal); not {
		if present(principal) {
			return out, not, errors.New("it has both Principal and NotPrincipal")
		}
		raw, name = notPrincipal, "NotPrincipal"
	}
	if !present(raw) {
		return out, not, errors.New("it names no Principal")
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if text != "*" {
			return out, not, fmt.Errorf(`%s is the text %q; only "*" may stand alone`, name, text)
		}
		out.everyone = true
		return out, not, nil
	}
	var kinds map[string]json.RawMessage
	if err := json.Unmarshal(raw, &kinds); err != nil {
		return out, not, fmt.Errorf(`%s is neither "*" nor an object`, name)
	}
	out.byKind = map[string][]string{}
	for kind, values := range kinds {
		if out.byKind[kind], err = oneOrMany[string](values); err != nil {
			return out, not, fmt.Errorf("%s.%s: %w", name, kind, err)
		}
	}
	return out, not, nil
}

// oneOrMany reads a value or a list of values.
func oneOrMany[T any](raw json.RawMessage) ([]T, error) {
	if !present(raw) {
		return nil, errors.New("it is missing")
	}
	if bytes.TrimSpace(raw)[0] == '[' {
		var many []T
		err := json.Unmarshal(raw, &many)
		return many, wrongType(err)
	}
	var one T
	if err := json.Unmarshal(raw, &one); err != nil {
		return nil, wrongType(err)
	}
	return []T{one}, nil
}

// wrongType words the decoder's complaint about a value's type without the program's own types.
func wrongType(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field != "":
		return fmt.Errorf("%s may not be a JSON %s", wrong.Field, wrong.Value)
	}
	return fmt.Errorf("it may not be a JSON %s", wrong.Value)
}
