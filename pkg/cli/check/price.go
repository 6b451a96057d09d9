package check

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/podinput"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/output"
)

// costs are what the pods of a cluster cost, in the form of -o json.
type costs struct {
	Profiles []*profileCost `json:"profiles"`
	price.Total
}

// profileCost is what the pods cost that a profile takes.
type profileCost struct {
	Profile    string  `json:"profile"`
	Pods       int     `json:"pods"`
	Month      float64 `json:"month"`
	SavesMonth float64 `json:"savesMonth"`
}

// checkPrice judges --pods, --price and --price-from together.
func (o *options) checkPrice(e *env.Env, cmd *cobra.Command) error {
	faults := []error{o.CheckKnown(e, cmd, len(o.pods) > 0)}
	if len(o.pods) > 0 && !o.Wanted() {
		faults = append(faults, errors.New("--pods is for --price (or --price-from), which says what they cost; give both"))
	}
	if o.Several() && len(o.pods) > 0 {
		faults = append(faults, errors.New("--pods are those of one cluster; leave out --all-clusters and --regions"))
	}
	if o.From == "-" && slices.Contains(o.pods, "-") {
		faults = append(faults, errors.New("--price-from - and --pods - both want standard input; give one of them a file"))
	}
	return env.UsageFaults(cmd, append(faults, podinput.CheckFiles(e, cmd, o.pods))...)
}

// readCosts reads the pods, and adds up what each profile's cost.
func (o *options) readCosts(ctx context.Context, e *env.Env, c *cluster) error {
	prices, err := podinput.ReadPrices(ctx, e, o.PriceFlags)
	if err != nil || prices == nil {
		return err
	}
	rates, err := prices.Of(c.Region)
	if err != nil {
		return err
	}
	c.Price = &costs{Profiles: make([]*profileCost, len(c.profiles)), Total: *price.NewTotal(*rates)}
	for i, name := range c.profiles {
		c.Price.Profiles[i] = &profileCost{Profile: name}
	}
	in := podinput.Input{Files: o.pods, Objects: &kube.Objects{}}
	matcher := fargate.NewMatcher(c.siblings).With(in.Objects)
	return podinput.Judge(ctx, e, in, matcher.Explain,
		func(_ kube.Pod, x fargate.Explanation) error {
			i := slices.Index(c.profiles, x.Profile)
			if x.SetPrice(*rates); x.Price == nil || i < 0 {
				return nil
			}
			p := c.Price.Profiles[i]
			p.Pods += x.Capacity.Replicas
			p.Month += x.Price.TotalMonth
			p.SavesMonth += x.Price.SavesMonth
			c.Price.Add(*x.Price)
			return nil
		})
}

// print writes the costs as a table, with where the prices come from.
func (c *costs) print(s *output.Streams) error {
	rows := make([][]string, len(c.Profiles))
	for i, p := range c.Profiles {
		rows[i] = []string{p.Profile, strconv.Itoa(p.Pods), output.Dollars(p.Month), output.Dollars(p.SavesMonth)}
	}
	if err := output.Table(s, []string{"PROFILE", "PODS", "USD/MONTH", "SMALLER SIZES SAVE"}, rows); err != nil {
		return err
	}
	_, err := io.WriteString(s.Out, output.PriceText(&c.Total)+"\n")
	return err
}
