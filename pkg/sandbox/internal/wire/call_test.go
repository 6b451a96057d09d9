package wire

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	for _, after := range []string{"web", "000000000001", "\U0010ffff2"} {
		if got, ok := ReadToken(Token(after)); !ok || got != after {
			t.Errorf("%s: %s, %t", after, got, ok)
		}
	}
	for _, token := range []string{"x", "YWZ0ZXI6", "b3RoZXI6MQ"} {
		if _, ok := ReadToken(token); ok {
			t.Errorf("%s is a token", token)
		}
	}
}

func TestParameters(t *testing.T) {
	c := &Call{Query: url.Values{"A.1": {"x"}, "A.2": {"y"}, "A.14": {"z"}, "n": {"7"}, "far": {"99"}, "no": {"x"}}}
	if got := strings.Join(c.Values("A"), " "); got != "x y z" {
		t.Errorf("values %q", got)
	}
	for name, want := range map[string]bool{"n": true, "far": false, "no": false, "absent": true} {
		if n, ok := c.Number(name, 7, 1, 10); ok != want || (ok && n != 7) {
			t.Errorf("%s: %d, %t", name, n, ok)
		}
	}
}

// A gap ends no list.
func TestLists(t *testing.T) {
	c := &Call{Query: url.Values{
		"Tags.member.1.Key": {"a"}, "Tags.member.1.Value": {"1"}, "Tags.member.2.Key": {"b"}, "Tags.member.4.Key": {"d"},
	}}
	if got := c.Tags(); len(got) != 3 || got["a"] != "1" || got["b"] != "" {
		t.Errorf("tags %v", got)
	}
}

func TestLongTexts(t *testing.T) {
	long := strings.Repeat("ä", MaxText)
	if got := Clip(long); len(got) > MaxText+len("…") || !strings.HasSuffix(got, "ä…") || Clip("short") != "short" {
		t.Errorf("clipped to %q", got)
	}
	if _, err := ReadBody(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", maxBody+1)))); err == nil {
		t.Error("a body that is too long is read")
	}
}

// A huge answer is its own text with spaces inside, and is not announced.
func TestPadding(t *testing.T) {
	r := Reply{Body: []byte("{}"), PadAt: 1, Padding: 3}
	text, err := io.ReadAll(r.Reader())
	if err != nil || string(text) != "{   }" || r.Length() != -1 {
		t.Errorf("%q of length %d, %v", text, r.Length(), err)
	}
}

// What cannot be written is the service's internal error.
func TestUnwritable(t *testing.T) {
	for _, p := range []*Protocol{JSON, EC2, Query("https://example.com/")} {
		c := &Call{Protocol: p, Operation: "Describe"}
		if r := c.Succeed(map[string]any{"x": func() {}}); r.Status != 500 || len(r.Body) == 0 {
			t.Errorf("%d %s", r.Status, r.Body)
		}
	}
}

// Lists are there even when they are empty, and every protocol closes with the request's id.
func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		protocol *Protocol
		value    any
		want     string
	}{
		{JSON, nil, "{}"},
		{EC2, Page{Name: "vpcSet"}, "<requestId>7</requestId><vpcSet></vpcSet>"},
		{EC2, Page{Name: "vpcSet", Items: []any{"a"}, Next: "t"}, "<vpcSet><item>a</item></vpcSet><nextToken>t</nextToken>"},
		{EC2, Fields{{"return", true}}, "<requestId>7</requestId><return>true</return>"},
		{Query("ns"), nil, `<ListResponse xmlns="ns"><ListResult></ListResult><ResponseMetadata><RequestId>7</RequestId>`},
		{
			Query("ns"),
			Members[Tag]{Tags(map[string]string{"b": "2", "a": "1"})},
			"<member><Key>a</Key><Value>1</Value></member><member><Key>b</Key><Value>2</Value></member>",
		},
	} {
		c := &Call{ID: "7", Protocol: test.protocol, Operation: "List"}
		if r := c.Succeed(test.value); r.Status != 200 || !strings.Contains(string(r.Body), test.want) {
			t.Errorf("%s, want %s", r.Body, test.want)
		}
	}
	for _, r := range []*Refusal{BadRequest("A", "b"), NotFound("A", "b"), Conflict("A", "b"), JSON.Denied("a", "b", "c")} {
		for _, p := range []*Protocol{JSON, EC2, Query("ns"), Target("application/x-amz-json-1.1"), S3()} {
			c := &Call{Protocol: p}
			if got := c.Refuse(r); got.Status != r.Status || got.Code != r.Code || !strings.Contains(string(got.Body), r.Message) {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		}
	}
}
