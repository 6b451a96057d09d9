package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/price"
)

// mostPriceList is the largest price list that is read; the public one of AmazonEKS is some megabytes.
const mostPriceList = 64 << 20

// prices finds the rates of a region: those of --price-from, or those that the binary has.
type prices struct {
	from  string // the file; empty for the binary's own
	rates []price.Rates
}

// readPrices returns the prices that are asked for; nil for none.
func readPrices(ctx context.Context, e *env.Env, opts options) (*prices, error) {
	if !opts.price && opts.priceFrom == "" {
		return nil, nil
	}
	p := &prices{from: opts.priceFrom}
	if p.from == "" {
		return p, nil
	}
	data, err := e.ReadAll(ctx, p.from, mostPriceList)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil {
		p.rates, err = price.Parse(data, p.from)
	}
	if err != nil {
		return nil, &env.UsageError{Err: fmt.Errorf("--price-from: %s: %w", p.from, err)}
	}
	return p, nil
}

// of returns the rates of a region.
func (p *prices) of(region string) (*price.Rates, error) {
	if p.from == "" {
		rates, ok := price.BuiltIn(region)
		if !ok {
			return nil, env.Usagef("fgctl has prices of %s only and guesses none: for %s give --price-from FILE, with the "+
				"answer of aws pricing get-products --service-code AmazonEKS or the bulk file of AmazonEKS", rates.Region,
				cmp.Or(region, "an unknown region, which --region names,"))
		}
		return &rates, nil
	}
	i := slices.IndexFunc(p.rates, func(r price.Rates) bool { return r.Region == region })
	if i < 0 {
		known := make([]string, len(p.rates))
		for j, r := range p.rates {
			known[j] = r.Region
		}
		return nil, env.Usagef("--price-from %s has no price of Fargate in %s; it has %s", p.from,
			cmp.Or(region, "an unknown region, which --region names"), strings.Join(known, ", "))
	}
	return &p.rates[i], nil
}

// setPrices gives every subject the rates of its region. Of several clusters those without prices are named, and their
// pods have none.
func setPrices(e *env.Env, opts options, p *prices, subjects []*subject) error {
	if p == nil {
		return nil
	}
	for _, s := range subjects {
		rates, err := p.of(s.region)
		switch {
		case err != nil && opts.Several():
			e.Warn("%s is shown without prices: %v", s.title(), err)
			continue
		case err != nil:
			return err
		}
		s.summary.Price = price.NewTotal(*rates)
		if table, ok := s.out.(*tablePrinter); ok {
			table.priced = true
		}
	}
	return nil
}

// addPrice puts what the pods cost into an explanation.
func (s *subject) addPrice(x *fargate.Explanation) {
	c := x.Capacity
	if s.summary.Price == nil || c == nil || !x.OnFargate() {
		return
	}
	smaller := make([]price.Size, len(c.Smaller))
	for i, a := range c.Smaller {
		smaller[i] = price.Size{VCPU: a.VCPU, GB: a.MemoryGB}
	}
	p := s.summary.Price.Pod(price.Size{VCPU: c.VCPU, GB: c.MemoryGB}, c.Replicas, smaller)
	x.Price = &p
	s.summary.Price.Add(p)
}

// dollars writes an amount of money.
func dollars(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// sayPrice writes what the pods of an explanation cost.
func (d *detail) sayPrice(e fargate.Explanation) {
	p := e.Price
	if p == nil {
		return
	}
	text := fmt.Sprintf("A pod costs $%s a month, $%s an hour", dollars(p.Month), strconv.FormatFloat(p.Hour, 'f', 4, 64))
	if e.Capacity.Replicas > 1 {
		text += fmt.Sprintf("; %d pods $%s a month", e.Capacity.Replicas, dollars(p.TotalMonth))
	}
	if p.SavesMonth > 0 {
		text += fmt.Sprintf("; the smaller size would save $%s a month", dollars(p.SavesMonth))
	}
	d.say(2, "%s.", text)
}

// priceText says what all pods cost, by which rates, and what that leaves out.
func priceText(t *price.Total) string {
	text := fmt.Sprintf("That costs $%s a month (%d hours)", dollars(t.Month), price.HoursPerMonth)
	if t.SavesMonth > 0 {
		text += fmt.Sprintf(", of which the smaller sizes would save $%s", dollars(t.SavesMonth))
	}
	return text + fmt.Sprintf(", %s.\nPrices: %s, $%s a vCPU-hour, $%s a GB-hour, as of %s, from %s.", t.LeftOut, t.Region,
		number(t.VCPUHour), number(t.GBHour), cmp.Or(t.Date, "an unknown date"), t.Source)
}

// priceFaults are those of the flags of prices.
func (o *options) priceFaults() []error {
	switch {
	case !o.price && o.priceFrom == "":
		return nil
	case o.overlaps:
		return []error{errors.New("--overlaps reads no pods, so there is no price; leave out --price and --price-from")}
	case o.priceFrom == "-" && (slices.Contains(o.Files, "-") || slices.Contains(o.profilesFrom, "-")):
		return []error{errors.New("--price-from - and another flag both want standard input; give one of them a file")}
	}
	return nil
}
