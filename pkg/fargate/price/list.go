package price

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// product is an entry of the price list: what the Pricing API returns, or a product of the bulk file with its terms.
type product struct {
	Product sku `json:"product"`
	Terms   struct {
		OnDemand map[string]term `json:"OnDemand"`
	} `json:"terms"`
	PublicationDate string `json:"publicationDate"`
}

type sku struct {
	Attributes struct {
		Service string `json:"servicecode"`
		Region  string `json:"regionCode"`
		Usage   string `json:"usagetype"`
	} `json:"attributes"`
}

type term struct {
	EffectiveDate   string `json:"effectiveDate"`
	PriceDimensions map[string]struct {
		PricePerUnit map[string]string `json:"pricePerUnit"`
	} `json:"priceDimensions"`
}

// file is either of the two forms.
type file struct {
	// PriceList is the answer of the Pricing API: entries as texts of JSON, or as objects.
	PriceList []json.RawMessage `json:"PriceList"`

	// The others are those of the bulk file.
	PublicationDate string         `json:"publicationDate"`
	Products        map[string]sku `json:"products"`
	Terms           struct {
		OnDemand map[string]map[string]term `json:"OnDemand"`
	} `json:"terms"`
}

const service = "AmazonEKS"

// Parse returns the rates of every region in a price list: the answer of aws pricing get-products --service-code
// AmazonEKS, or the public bulk file of AmazonEKS. Source names it in Rates.
func Parse(data []byte, source string) ([]Rates, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("not a price list of AWS: %w", err)
	}
	var all []product
	for i, raw := range f.PriceList {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			raw = json.RawMessage(text)
		}
		var p product
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, fmt.Errorf("PriceList[%d] is not a product: %w", i, err)
		}
		all = append(all, p)
	}
	for id, one := range f.Products {
		p := product{PublicationDate: f.PublicationDate, Product: one}
		p.Terms.OnDemand = f.Terms.OnDemand[id]
		all = append(all, p)
	}
	found := map[string]*Rates{}
	for _, p := range all {
		if err := p.addTo(found, source); err != nil {
			return nil, err
		}
	}
	var out []Rates
	for _, r := range found {
		if r.VCPUHour > 0 && r.GBHour > 0 {
			out = append(out, *r)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("holds no region's prices of both vCPU and memory of Fargate; give the whole answer of " +
			"aws pricing get-products --service-code AmazonEKS, or the bulk file of AmazonEKS")
	}
	slices.SortFunc(out, func(a, b Rates) int { return strings.Compare(a.Region, b.Region) })
	return out, nil
}

// addTo puts the price of a product into the rates of its region.
func (p product) addTo(found map[string]*Rates, source string) error {
	a := p.Product.Attributes
	kind := usage(a.Usage)
	if kind == "" || a.Region == "" || a.Service != service {
		return nil
	}
	rates := found[a.Region]
	if rates == nil {
		rates = &Rates{Region: a.Region, Source: source}
		found[a.Region] = rates
	}
	rate := &rates.GBHour
	if strings.Contains(kind, "vCPU") {
		rate = &rates.VCPUHour
	}
	for _, t := range p.Terms.OnDemand {
		for _, d := range t.PriceDimensions {
			price, err := strconv.ParseFloat(d.PricePerUnit["USD"], 64)
			switch {
			case err != nil || !(price > 0) || price > 1000:
				return fmt.Errorf("%s in %s: %q is not a price in USD", a.Usage, a.Region, d.PricePerUnit["USD"])
			case *rate != 0 && *rate != price:
				return fmt.Errorf("%s in %s has two prices, %v and %v", a.Usage, a.Region, *rate, price)
			}
			*rate = price
		}
		date, _, _ := strings.Cut(t.EffectiveDate, "T")
		if published, _, _ := strings.Cut(p.PublicationDate, "T"); published > date {
			date = published
		}
		rates.Date = max(rates.Date, date)
	}
	return nil
}
