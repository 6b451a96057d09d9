package profilefile

// This file reads one profile, in eksctl's form or in that of the EKS API.

import (
	"fmt"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/document"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/spelling"
)

// The keys of eksctl's form; any other is a fault, because a misspelt key would change what a profile
// takes without a word.
var (
	itemKeys     = []string{"name", "podExecutionRoleARN", "selectors", "subnets", "tags", "status", "health"}
	selectorKeys = []string{"namespace", "labels"}
)

// item reads a profile in eksctl's form.
func (p *parser) item(v document.Value, at place, path string) error {
	path = orProfile(path)
	fields, err := mapping(v, path)
	if err != nil {
		return err
	}
	errs := unknown(fields, itemKeys, path)
	e := p.entry(v, at, path)
	e.Name = text(&errs, fields, "name", path)
	e.PodExecutionRoleARN = text(&errs, fields, "podExecutionRoleARN", path)
	e.Selectors = selectors(&errs, document.Get(fields, "selectors"), path+".selectors", true)
	e.rest(&errs, fields, path)
	p.entries = append(p.entries, e)
	return errs.OrNil()
}

// described reads a profile as the EKS API describes it (botocore, FargateProfile). AWS may add keys,
// so those that are not known are ignored.
func (p *parser) described(v document.Value, path string) error {
	fields, err := mapping(v, path)
	if err != nil {
		return err
	}
	var errs Errors
	e := p.entry(v, place{}, path)
	e.Name = text(&errs, fields, "fargateProfileName", path)
	e.ARN = text(&errs, fields, "fargateProfileArn", path)
	e.Cluster = text(&errs, fields, "clusterName", path)
	e.PodExecutionRoleARN = text(&errs, fields, "podExecutionRoleArn", path)
	e.Selectors = selectors(&errs, document.Get(fields, "selectors"), path+".selectors", false)
	e.CreatedAt = moment(document.Get(fields, "createdAt"))
	e.rest(&errs, fields, path)
	e.Region = regionOf(e.ARN)
	p.entries = append(p.entries, e)
	return errs.OrNil()
}

// regionOf is the region of an ARN, empty for any other text.
func regionOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) >= 6 {
		return parts[3]
	}
	return ""
}

func (p *parser) entry(v document.Value, at place, path string) Entry {
	return Entry{Profile: fargate.Profile{Cluster: at.cluster}, Region: at.region, Document: p.document, Line: v.Line(), Path: path}
}

// rest reads what both forms name alike.
func (e *Entry) rest(errs *Errors, fields []document.Field, path string) {
	var err error
	e.Subnets, err = document.AsTexts(document.Get(fields, "subnets"), path+".subnets")
	errs.Add(err)
	e.Tags, err = document.AsTextMap(document.Get(fields, "tags"), path+".tags")
	errs.Add(err)
	e.Status = status(text(errs, fields, "status", path))
	e.Issues, err = issues(document.Get(fields, "health"), path+".health")
	errs.Add(err)
}

// status is read in any case, because a person may have written it.
func status(text string) fargate.Status {
	switch s := fargate.Status(strings.ToUpper(text)); s {
	case fargate.StatusCreating, fargate.StatusActive, fargate.StatusDeleting, fargate.StatusCreateFailed, fargate.StatusDeleteFailed:
		return s
	}
	return fargate.Status(text)
}

// selectors reads the list of selectors; strict refuses unknown keys.
func selectors(errs *Errors, v document.Value, path string, strict bool) []fargate.Selector {
	items, err := document.AsItems(v, path)
	errs.Add(err)
	var out []fargate.Selector
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		fields, err := mapping(item, at)
		errs.Add(err)
		if err != nil {
			continue
		}
		if strict {
			errs.Add(unknown(fields, selectorKeys, at))
		}
		var s fargate.Selector
		s.Namespace = text(errs, fields, "namespace", at)
		s.Labels, err = document.AsTextMap(document.Get(fields, "labels"), at+".labels")
		errs.Add(err)
		out = append(out, s)
	}
	return out
}

// issues reads health.issues.
func issues(v document.Value, path string) ([]fargate.HealthIssue, error) {
	fields, err := document.AsFields(v, path)
	if err != nil {
		return nil, err
	}
	path += ".issues"
	items, err := document.AsItems(document.Get(fields, "issues"), path)
	if err != nil {
		return nil, err
	}
	var errs Errors
	var out []fargate.HealthIssue
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		fields, err := mapping(item, at)
		errs.Add(err)
		issue := fargate.HealthIssue{Code: text(&errs, fields, "code", at), Message: text(&errs, fields, "message", at)}
		issue.ResourceIDs, err = document.AsTexts(document.Get(fields, "resourceIds"), at+".resourceIds")
		errs.Add(err)
		out = append(out, issue)
	}
	return out, errs.OrNil()
}

// moment reads createdAt, which the AWS CLI prints as ISO 8601 or, by its cli_timestamp_format, as
// seconds since 1970. It is only shown, so what cannot be read is left out.
func moment(v document.Value) time.Time {
	if v == nil {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02 15:04:05.999999999-07:00"} {
		if t, err := time.Parse(layout, v.Text()); err == nil {
			return t
		}
	}
	var seconds float64
	if _, err := fmt.Sscanf(v.Text(), "%g", &seconds); err == nil && v.Kind() == document.Number && seconds > 0 && seconds < 1e11 {
		return time.UnixMilli(int64(seconds * 1000)).UTC()
	}
	return time.Time{}
}

// mapping gives the fields of a value that must be a mapping; null is none.
func mapping(v document.Value, path string) ([]document.Field, error) {
	if v.Kind() == document.Null {
		return nil, document.At(v.Line(), "%s is empty; a mapping is wanted", path)
	}
	return document.AsFields(v, path)
}

// text reads one text field and keeps its fault.
func text(errs *Errors, fields []document.Field, key, path string) string {
	s, err := document.AsText(document.Get(fields, key), path+"."+key)
	errs.Add(err)
	return s
}

// orProfile names a profile that is a document of its own.
func orProfile(path string) string {
	if path == "" {
		return "profile"
	}
	return path
}

// suggestion is what to say of an unknown key: the nearest known one, else all of them.
func suggestion(key string, known []string) string {
	if best := spelling.Nearest(key, known); best != "" {
		return fmt.Sprintf("did you mean %s?", best)
	}
	return "known keys are " + strings.Join(known, ", ")
}

// unknown are the faults of keys that are not among known.
func unknown(fields []document.Field, known []string, path string) Errors {
	var errs Errors
	for _, f := range fields {
		found := false
		for _, k := range known {
			found = found || k == f.Key
		}
		if !found {
			errs = append(errs, document.At(f.Line, "%s: unknown key %q; %s", path, document.Shorten(f.Key), suggestion(f.Key, known)))
		}
	}
	return errs
}
