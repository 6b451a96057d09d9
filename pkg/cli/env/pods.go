package env

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/internal/kubecontext"
	"github.com/fgctl/fgctl/pkg/manifest"
	"github.com/fgctl/fgctl/pkg/plan"
)

// PodInput says which manifests to read, and the namespace of those that name none.
type PodInput struct {
	Files     []string
	Recursive bool
	// HasRecursive reports whether the command has -R.
	HasRecursive bool
	Namespace    string
	// Exclude are patterns of what is left out of directories.
	Exclude []string
	// Budgets is called for each PodDisruptionBudget; may be nil.
	Budgets func(fargate.DisruptionBudget)
	// Objects is filled with what decides about the pods before any is judged; may be nil.
	Objects *kube.Objects
	// Skipped counts what is not judged; may be nil.
	Skipped *Skipped
}

// Find returns the files to read, and what was left out; the error is of the names that lead nowhere.
func (in PodInput) Find() ([]manifest.File, *manifest.Left, error) {
	files, left, err := manifest.Find(in.Files, in.Recursive, in.Exclude)
	if errors.Is(err, manifest.ErrNoFiles) && in.HasRecursive && !in.Recursive {
		err = fmt.Errorf("%w; -R looks into subdirectories too", err)
	}
	return files, left, err
}

// JudgePods judges each pod of the manifests, on several goroutines at once, and calls yield for one after another,
// until it returns an error; see manifest.ReadEach. All faults are returned together.
func JudgePods[T any](
	ctx context.Context, e *Env, in PodInput, judge func(kube.Pod) T, yield func(kube.Pod, T) error,
) error {
	namespace := e.defaultNamespace(in.Namespace)
	files, left, err := in.Find()
	var faults, failures []error
	if err != nil {
		faults = append(faults, err)
	}
	// What was found for each name of -f, and whether the reason for nothing is reported already.
	found, reported, pods, nothing := map[string]bool{}, map[string]bool{}, 0, false
	var stop error
	open := e.Open
	if in.Objects != nil {
		open = e.related(ctx, files, namespace, in.Objects, found)
	}
	skipped := cmp.Or(in.Skipped, &Skipped{})
	skipped.left = *left
	defer skipped.warn(e)
	for _, file := range files {
		options := manifest.Options{Namespace: namespace, Skipped: skipped.kind}
		if in.Budgets != nil {
			// A cluster may have no pods, or none left of what is asked for, and its list says so.
			options.EmptyList = func() { found[file.Given], nothing = true, true }
			options.Budgets = func(b fargate.DisruptionBudget) {
				found[file.Given] = true // a file may hold budgets alone, but not the whole input
				in.Budgets(b)
			}
		}
		strays := 0
		if file.InDirectory {
			options.NotAManifest = func() { strays++ }
		}
		err := readManifest(ctx, open, file.Name, options, judge, func(pod kube.Pod, judged T) error {
			found[file.Given] = true
			pods++
			stop = yield(pod, judged)
			return stop
		})
		switch {
		case err == nil:
			skipped.stray(strays)
			continue
		case stop != nil, ctx.Err() != nil:
			return err
		case file.InDirectory && skipped.pass(file.Name, err):
			continue
		case isManifestError(err), errors.As(err, new(*fs.PathError)):
			faults = append(faults, err)
		default:
			failures = append(failures, err)
		}
		reported[file.Given] = true
	}
	noneAtAll := pods == 0 && len(reported) == 0 && !nothing
	for _, file := range files {
		if !reported[file.Given] && (!found[file.Given] || noneAtAll) {
			reported[file.Given] = true
			faults = append(faults, fmt.Errorf("%s: found no pods; expected Pods, workloads or Lists of them",
				document.SourceName(file.Given)))
		}
	}
	if len(faults) > 0 {
		return &UsageError{Err: errors.Join(append(faults, failures...)...)}
	}
	return errors.Join(failures...)
}

// isManifestError reports whether an error is about what stands in a manifest.
func isManifestError(err error) bool {
	return errors.As(err, new(*manifest.Error)) || errors.As(err, new(manifest.Errors))
}

// readManifest reads one file.
func readManifest[T any](
	ctx context.Context, open func(context.Context, string) (io.ReadCloser, error), name string, opts manifest.Options,
	judge func(kube.Pod) T, yield func(kube.Pod, T) error,
) error {
	in, err := open(ctx, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer in.Close() //nolint:errcheck // it was only read
	return manifest.ReadEach(name, in, opts, judge, yield)
}

// defaultNamespace is the namespace of manifests without one. One that comes from kubectl's context is
// announced, since it is easily forgotten.
func (e *Env) defaultNamespace(flag string) string {
	if flag != "" {
		return flag
	}
	current, err := kubecontext.Current(os.Getenv)
	if err != nil {
		e.Warn("%v; manifests without a namespace are taken to be in default", err)
	}
	if ns := current.Namespace; ns != "" && ns != "default" {
		e.Info("manifests without a namespace are taken to be in %s, from the kubeconfig context %s", ns, current.Name)
		return ns
	}
	return "default"
}

// CheckFiles judges whether the files of --pods and --config-file can be read, before anything is.
func (e *Env) CheckFiles(cmd *cobra.Command, pods []string, configFiles ...string) error {
	var faults []error
	if slices.Contains(configFiles, "-") && slices.Contains(pods, "-") {
		faults = append(faults, UsageOf(cmd, "-f - and --pods - both want standard input; give one of them a file"))
	}
	for _, name := range configFiles {
		if name == "" || name == "-" {
			continue
		}
		if _, err := os.Stat(name); err != nil {
			faults = append(faults, e.configFileError(fmt.Errorf("%s: %w", name, WithoutPath(err))))
		}
	}
	if _, err := manifest.Files(pods, false); err != nil {
		faults = append(faults, Usagef("--pods: %w", err))
	}
	return errors.Join(faults...)
}

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
	MustComplete(cmd, "price-from", CompleteFiles)
}

// Wanted reports whether a price is asked for.
func (f *PriceFlags) Wanted() bool { return f.Price || f.From != "" }

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
	MustComplete(cmd, "pods", CompleteFiles)
	f.AddPrice(cmd)
}

// CheckPods judges the flags, and those of --config-file; drains reports whether the pods are read with kubectl.
func (f *PodFlags) CheckPods(e *Env, cmd *cobra.Command, drains bool, configFiles ...string) error {
	faults := []error{e.CheckFiles(cmd, f.Pods, configFiles...), f.CheckKnown(e, cmd, drains || len(f.Pods) > 0)}
	if f.From == "-" && (slices.Contains(f.Pods, "-") || slices.Contains(configFiles, "-")) {
		faults = append(faults, UsageOf(cmd, "--price-from - and another flag both want standard input; give one of them a "+
			"file"))
	}
	return errors.Join(faults...)
}

// ReadRates reads the prices of the region, where they are asked for.
func (f *PodFlags) ReadRates(ctx context.Context, e *Env, region string) error {
	prices, err := e.ReadPrices(ctx, f.PriceFlags)
	if err == nil && prices != nil {
		f.rates, err = prices.Of(region)
	}
	return err
}

// Gather reads the files of --pods into x. Without files it returns nil, as nothing is said of pods then.
func (f *PodFlags) Gather(ctx context.Context, e *Env, x *plan.Pods) (*plan.Pods, error) {
	if len(f.Pods) == 0 || x == nil {
		return nil, nil
	}
	in := PodInput{Files: f.Pods, Budgets: x.AddBudget}
	if f.rates != nil {
		in.Objects = &kube.Objects{}
		x.SetRates(f.rates, in.Objects)
	}
	nothing := func(kube.Pod) struct{} { return struct{}{} }
	return x, JudgePods(ctx, e, in, nothing, func(pod kube.Pod, _ struct{}) error {
		x.Add(pod)
		return nil
	})
}

// CheckKnown judges whether the pods are known whose price is asked for; what only a setting asks for is then dropped.
func (f *PriceFlags) CheckKnown(e *Env, cmd *cobra.Command, known bool) error {
	switch {
	case !f.Wanted(), known:
		return nil
	case e.Given(cmd, "price"), e.Given(cmd, "price-from"):
		return UsageOf(cmd, "--price (or --price-from) says what pods cost; give them with --pods")
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
func (e *Env) ReadPrices(ctx context.Context, f PriceFlags) (*Prices, error) {
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
		return nil, &UsageError{Err: fmt.Errorf("--price-from: %s: %w", p.from, err)}
	}
	return p, nil
}

// Of returns the rates of a region.
func (p *Prices) Of(region string) (*price.Rates, error) {
	if p.from == "" {
		rates, ok := price.BuiltIn(region)
		if !ok {
			return nil, Usagef("fgctl has prices of %s only and guesses none: for %s give --price-from FILE, with the "+
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
		return nil, Usagef("--price-from %s has no price of Fargate in %s; it has %s", p.from,
			cmp.Or(region, "an unknown region, which --region names"), strings.Join(known, ", "))
	}
	return &p.rates[i], nil
}
