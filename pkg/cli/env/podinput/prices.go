package podinput

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate/price"
)

// mostPriceList is the largest price list that is read; the public one of AmazonEKS is some megabytes.
const mostPriceList = 64 << 20

// PriceFlags ask what pods cost.
type PriceFlags struct {
	Price bool
	From  string
}

// AddPrice adds --price and --price-from.
func (f *PriceFlags) AddPrice(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.Price, "price", false, "say what the pods cost, by the prices of us-east-1 that fgctl has")
	cmd.Flags().StringVar(&f.From, "price-from", "", "say what the pods cost, by this price list: the answer of aws "+
		"pricing get-products --service-code AmazonEKS, or the bulk file of AmazonEKS; - reads standard input")
	env.MustComplete(cmd, "price-from", env.CompleteFiles)
}

// Wanted reports whether a price is asked for.
func (f *PriceFlags) Wanted() bool { return f.Price || f.From != "" }

// CheckKnown judges whether the pods are known whose price is asked for; what only a setting asks for is then dropped.
func (f *PriceFlags) CheckKnown(e *env.Env, cmd *cobra.Command, known bool) error {
	switch {
	case !f.Wanted(), known:
		return nil
	case e.Given(cmd, "price"), e.Given(cmd, "price-from"):
		return env.UsageOf(cmd, "--price (or --price-from) says what pods cost; give them with --pods")
	}
	*f = PriceFlags{}
	return nil
}

// Prices has the rates of regions: those of --price-from, or those of the binary.
type Prices struct {
	from  string // the file; empty for the binary's own
	rates []price.Rates
}

// ReadPrices returns the prices that are asked for; nil for none.
func ReadPrices(ctx context.Context, e *env.Env, f PriceFlags) (*Prices, error) {
	if !f.Wanted() {
		return nil, nil
	}
	p := &Prices{from: f.From}
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

// Of returns the rates of a region.
func (p *Prices) Of(region string) (*price.Rates, error) {
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
