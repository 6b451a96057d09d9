package price

import (
	"math"
	"strings"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestPod(t *testing.T) {
	r, ok := BuiltIn("us-east-1")
	if !ok || r.Source == "" || r.Date == "" {
		t.Fatalf("%+v", r)
	}
	// 0.25 vCPU and 0.5 GB: (0.25*0.04048 + 0.5*0.004445) an hour.
	p := r.Pod(Size{0.25, 0.5}, 3, nil)
	if !near(p.Hour, 0.0123425) || !near(p.Month, 9.010025) || !near(p.TotalMonth, 27.030075) || p.SavesMonth != 0 {
		t.Errorf("%+v", p)
	}
	p = r.Pod(Size{2, 9}, 2, []Size{{2, 8}, {1, 8}})
	if want := 2 * 730 * (0.04048 + 0.004445); !near(p.SavesMonth, want) {
		t.Errorf("saves %v, want %v", p.SavesMonth, want)
	}
	total := NewTotal(r)
	total.Add(p)
	total.Add(p)
	if !near(total.Month, 2*p.TotalMonth) || !near(total.SavesMonth, 2*p.SavesMonth) || total.Currency != "USD" {
		t.Errorf("%+v", total)
	}
	if _, ok := BuiltIn("eu-west-1"); ok {
		t.Error("a price was guessed")
	}
}

func TestUsage(t *testing.T) {
	for text, want := range map[string]bool{
		"USE1-Fargate-vCPU-Hours:perCPU": true, "Fargate-GB-Hours": true, "EUC1-Fargate-GB-Hours": true,
		"USE1-Fargate-ARM-GB-Hours": false, "USE1-Fargate-Windows-vCPU-Hours:perCPU": false,
		"USE1-Fargate-EphemeralStorage-GB-Hours": false, "USE1-SpotUsage-Fargate-GB-Hours": false, "": false,
	} {
		if got := usage(text) != ""; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

const (
	vcpu = `{"product":{"sku":"A","attributes":{"servicecode":"AmazonEKS","regionCode":"eu-west-1","usagetype":"EU-Fargate-vCPU-Hours:perCPU"}},"terms":{"OnDemand":{"A.1":{"effectiveDate":"2026-10-01T00:00:00Z","priceDimensions":{"A.1.2":{"unit":"hours","pricePerUnit":{"USD":"0.0500000000"}}}}}},"publicationDate":"2026-11-02T00:00:00Z"}`
	gb   = `{"product":{"sku":"B","attributes":{"servicecode":"AmazonEKS","regionCode":"eu-west-1","usagetype":"EU-Fargate-GB-Hours"}},"terms":{"OnDemand":{"B.1":{"effectiveDate":"2026-10-01T00:00:00Z","priceDimensions":{"B.1.2":{"unit":"hours","pricePerUnit":{"USD":"0.005"}}}}}}}`
	bulk = `{"offerCode":"AmazonEKS","publicationDate":"2026-11-03T00:00:00Z","products":{
		"A":{"sku":"A","attributes":{"servicecode":"AmazonEKS","regionCode":"eu-west-1","usagetype":"EU-Fargate-vCPU-Hours:perCPU"}},
		"B":{"sku":"B","attributes":{"servicecode":"AmazonEKS","regionCode":"eu-west-1","usagetype":"EU-Fargate-GB-Hours"}},
		"C":{"sku":"C","attributes":{"servicecode":"AmazonEKS","regionCode":"eu-west-1","usagetype":"EU-Fargate-ARM-GB-Hours"}}},
		"terms":{"OnDemand":{"A":{"A.1":{"priceDimensions":{"x":{"pricePerUnit":{"USD":"0.05"}}}}},"B":{"B.1":{"priceDimensions":{"x":{"pricePerUnit":{"USD":"0.005"}}}}},"C":{"C.1":{"priceDimensions":{"x":{"pricePerUnit":{"USD":"0.004"}}}}}}}}`
)

func TestParse(t *testing.T) {
	quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }
	for name, text := range map[string]string{
		"the API's texts":   `{"FormatVersion":"aws_v1","PriceList":[` + quoted(vcpu) + `,` + quoted(gb) + `]}`,
		"the API's objects": `{"PriceList":[` + vcpu + `,` + gb + `]}`,
		"the bulk file":     bulk,
	} {
		got, err := Parse([]byte(text), "list.json")
		if err != nil || len(got) != 1 || got[0].Region != "eu-west-1" || got[0].VCPUHour != 0.05 || got[0].GBHour != 0.005 ||
			got[0].Source != "list.json" || !strings.HasPrefix(got[0].Date, "2026-11-0") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":     {"x", "not a price list of AWS"},
		"nothing":     {"{}", "prices of both vCPU and memory"},
		"half":        {`{"PriceList":[` + gb + `]}`, "prices of both vCPU and memory"},
		"two prices":  {`{"PriceList":[` + vcpu + `,` + gb + `,` + strings.Replace(gb, `"0.005"`, `"0.006"`, 1) + `]}`, "has two prices"},
		"no price":    {`{"PriceList":[` + strings.Replace(gb, `"0.005"`, `"x"`, 1) + `]}`, `"x" is not a price in USD`},
		"a bad entry": {`{"PriceList":["x"]}`, "PriceList[0] is not a product"},
		"ECS's":       {strings.ReplaceAll(bulk, `"servicecode":"AmazonEKS"`, `"servicecode":"AmazonECS"`), "prices of both vCPU and memory"},
	} {
		if _, err := Parse([]byte(c.text), "list.json"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
