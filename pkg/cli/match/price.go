package match

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/podinput"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/output"
)

// setPrices gives every subject the rates of its region. Of several clusters those without prices are named, and their
// pods have none.
func setPrices(e *env.Env, opts options, p *podinput.Prices, subjects []*subject) error {
	if p == nil {
		return nil
	}
	for _, s := range subjects {
		rates, err := p.Of(s.guide.region())
		switch {
		case err != nil && opts.Several():
			e.Warn("cluster %s is shown without prices: %v", s.guide.place, err)
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
	if s.summary.Price == nil {
		return
	}
	if x.SetPrice(s.summary.Price.Rates); x.Price != nil {
		s.summary.Price.Add(*x.Price)
	}
}

// sayPrice writes what the pods of an explanation cost.
func (d *detail) sayPrice(e fargate.Explanation) {
	p := e.Price
	if p == nil {
		return
	}
	text := fmt.Sprintf("A pod costs $%s a month, $%s an hour", output.Dollars(p.Month),
		strconv.FormatFloat(p.Hour, 'f', 4, 64))
	if e.Capacity.Replicas > 1 {
		text += fmt.Sprintf("; %d pods $%s a month", e.Capacity.Replicas, output.Dollars(p.TotalMonth))
	}
	if p.SavesMonth > 0 {
		text += fmt.Sprintf("; the smaller size would save $%s a month", output.Dollars(p.SavesMonth))
	}
	d.Say(2, "%s.", text)
}

// priceFaults are those of the flags of prices.
func (o *options) priceFaults() []error {
	switch {
	case !o.Wanted():
		return nil
	case o.overlaps:
		return []error{errors.New("--overlaps reads no pods, so there is no price; leave out --price and --price-from")}
	case o.From == "-" && (slices.Contains(o.Files, "-") || slices.Contains(o.profilesFrom, "-")):
		return []error{errors.New("--price-from - and another flag both want standard input; give one of them a file")}
	}
	return nil
}
