package delete

import (
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// deletionResult is what delete did, for scripts. Its form is a public contract: fields may be added.
type deletionResult struct {
	Cluster string `json:"cluster"`
	// Deleted are gone, or with --wait=false on their way.
	Deleted []string `json:"deleted"`
	// Failed were tried and stayed, or may have; NotTried were not.
	Failed   []deletionFailure `json:"failed"`
	NotTried []string          `json:"notTried"`
	// NotFound are names that no profile has.
	NotFound []string `json:"notFound"`
	// Roles are the pod execution roles that were removed.
	Roles []string `json:"roles"`
}

type deletionFailure struct {
	Profile string `json:"profile"`
	Error   string `json:"error"`
}

// show prints the result for scripts, where that is asked for.
func (d *deletion) show(results []lifecycle.Deletion, roles []string) error {
	out := deletionResult{
		Cluster: d.place.Cluster, Deleted: []string{}, Failed: []deletionFailure{}, NotTried: []string{},
		NotFound: append([]string{}, d.found.Missing...), Roles: roles,
	}
	for _, r := range results {
		switch {
		case r.Untried:
			out.NotTried = append(out.NotTried, r.Profile.Name)
		case r.Err != nil:
			out.Failed = append(out.Failed, deletionFailure{r.Profile.Name, r.Err.Error()})
		default:
			out.Deleted = append(out.Deleted, r.Profile.Name)
		}
	}
	_, err := output.Encode(d.Streams.Out, d.opts.output, out)
	return err
}
