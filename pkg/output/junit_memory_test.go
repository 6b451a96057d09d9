package output

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
)

// Cases of a whole cluster fit in memory, and come out as they went in.
func TestJUnitKeepsLittle(t *testing.T) {
	suite, text := NewJUnitSuite(`a "b" & c`), strings.Repeat("selector 1 of web matches\n", 40)
	for i := range 2000 {
		c := JUnitCase{Name: "<pod>", ClassName: "web", Out: text}
		if i%2 == 1 {
			c = JUnitCase{Name: "pod", ClassName: "web", Failure: &JUnitFailure{Message: "no", Type: "unmatched", Text: text}}
		}
		if err := suite.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	if kept := suite.text.Cap(); kept > 2000*len(text)/4 {
		t.Errorf("%d bytes are kept for cases of %d", kept, 2000*len(text))
	}
	var out bytes.Buffer
	if err := JUnit(&out, "name", []*JUnitSuite{suite}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string      `xml:"name,attr"`
			Tests int         `xml:"tests,attr"`
			Cases []JUnitCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 2000 || got.Failures != 1000 || len(got.Suites) != 1 || got.Suites[0].Name != `a "b" & c` || got.Suites[0].Tests != 2000 {
		t.Errorf("%d tests, %d failures, suites %d", got.Tests, got.Failures, len(got.Suites))
	}
	if cases := got.Suites[0].Cases; len(cases) != 2000 || cases[0].Name != "<pod>" || cases[0].Out != text || cases[1].Failure == nil || cases[1].Failure.Text != text {
		t.Errorf("the cases are not what was added")
	}
}
