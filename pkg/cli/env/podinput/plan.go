package podinput

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/plan"
)

// PodFlags say by which pods a plan is judged, and whether it says what they cost.
type PodFlags struct {
	PriceFlags
	Pods  []string
	rates *price.Rates
}

// AddPods adds --pods, --price and --price-from.
func (f *PodFlags) AddPods(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.Pods, "pods", nil,
		"tell what becomes of these pods: the output of kubectl get pods -A -o json, or manifests; - reads stdin")
	env.MustComplete(cmd, "pods", env.CompleteFiles)
	f.AddPrice(cmd)
}

// CheckPods judges the flags, and those of --config-file; drains reports whether the pods are read with kubectl.
func (f *PodFlags) CheckPods(e *env.Env, cmd *cobra.Command, drains bool, configFiles ...string) error {
	faults := []error{CheckFiles(e, cmd, f.Pods, configFiles...), f.CheckKnown(e, cmd, drains || len(f.Pods) > 0)}
	if f.From == "-" && (slices.Contains(f.Pods, "-") || slices.Contains(configFiles, "-")) {
		faults = append(faults, env.UsageOf(cmd,
			"--price-from - and another flag both want standard input; give one of them a file"))
	}
	return errors.Join(faults...)
}

// ReadRates reads the prices of the region, where they are asked for.
func (f *PodFlags) ReadRates(ctx context.Context, e *env.Env, region string) error {
	prices, err := ReadPrices(ctx, e, f.PriceFlags)
	if err == nil && prices != nil {
		f.rates, err = prices.Of(region)
	}
	return err
}

// Gather reads the files of --pods into x. Without files it returns nil, as nothing is said of pods then.
func (f *PodFlags) Gather(ctx context.Context, e *env.Env, x *plan.Pods) (*plan.Pods, error) {
	if len(f.Pods) == 0 || x == nil {
		return nil, nil
	}
	in := Input{Files: f.Pods, Budgets: x.AddBudget}
	if f.rates != nil {
		in.Objects = &kube.Objects{}
		x.SetRates(f.rates, in.Objects)
	}
	nothing := func(kube.Pod) struct{} { return struct{}{} }
	return x, Judge(ctx, e, in, nothing, func(pod kube.Pod, _ struct{}) error {
		x.Add(pod)
		return nil
	})
}

// AddDrains adds to a plan what becomes of the pods of the profiles that are drained.
func (f *PodFlags) AddDrains(
	ctx context.Context, p *plan.Plan, k lifecycle.Kubernetes, decisions ...decision.Decision,
) error {
	for _, step := range p.Steps {
		if step.Action != plan.StepDrain {
			continue
		}
		for _, d := range decisions {
			if d.Name != step.Profile {
				continue
			}
			in, err := k.Inhabitants(ctx, d.Name)
			if err != nil {
				return fmt.Errorf("%w\n--drain needs to know the pods of profile %s; nothing was changed", err, d.Name)
			}
			p.AddDrain(decision.DrainOf(d.Name, d.During(), in, f.rates), f.rates)
		}
	}
	return nil
}
