package kubecontext

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// Context is the current context of a kubeconfig. The zero value is no context at all.
type Context struct {
	// Name is the context's own.
	Name string
	// Namespace is the context's; empty where it names none, which means default.
	Namespace string
	// Cluster and Region name the EKS cluster; both are empty where the context is not known to be one of
	// EKS.
	Cluster string
	Region  string
}

// kubeconfig is the part of a kubeconfig file that matters here; the rest of it is not looked at.
type kubeconfig struct {
	CurrentContext string
	Contexts       []namedContext
}

type namedContext struct{ Name, Cluster, Namespace string }

// Current reads the current context as kubectl does: from the files of KUBECONFIG, else from
// ~/.kube/config; of several files the first that sets the current context, and the first that holds a
// context of a name, wins (Kubernetes, Organizing Cluster Access Using kubeconfig Files). Env looks
// up the environment, as os.Getenv does. A file that does not exist is no error, nor is a current context that
// no file holds; a broken file is an error with its path and line.
func Current(env func(string) string) (Context, error) { return Named(env, "") }

// Named is Current for the context of a name, empty for the current one. A name that no file holds is no error.
func Named(env func(string) string, name string) (Context, error) {
	merged := kubeconfig{CurrentContext: name}
	for _, name := range files(env) {
		one, err := read(name)
		if err != nil {
			return Context{}, err
		}
		if merged.CurrentContext == "" {
			merged.CurrentContext = one.CurrentContext
		}
		merged.Contexts = append(merged.Contexts, one.Contexts...)
	}
	if merged.CurrentContext == "" {
		return Context{}, nil
	}
	current := Context{Name: merged.CurrentContext}
	for _, c := range merged.Contexts {
		if c.Name == current.Name {
			current.Namespace = c.Namespace
			current.Cluster, current.Region = eksCluster(c.Cluster, c.Name)
			break
		}
	}
	return current, nil
}

// files lists the kubeconfig files in order of precedence.
func files(env func(string) string) []string {
	if list := env("KUBECONFIG"); list != "" {
		return slices.DeleteFunc(filepath.SplitList(list), func(name string) bool { return name == "" })
	}
	for _, variable := range []string{"HOME", "USERPROFILE"} {
		if home := env(variable); home != "" {
			return []string{filepath.Join(home, ".kube", "config")}
		}
	}
	return nil
}

// read parses one file; one that does not exist is an empty one. Of several documents the first counts, as for
// kubectl.
func read(name string) (config kubeconfig, err error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return config, nil
	}
	if err == nil {
		defer f.Close() //nolint:errcheck // it was only read
		var top document.Value
		if top, err = document.First(f); err == nil && top != nil {
			err = config.decode(top)
		}
	}
	var path *fs.PathError
	switch {
	case err == nil:
		return config, nil
	case errors.As(err, &path):
		return kubeconfig{}, fmt.Errorf("kubeconfig %s cannot be read: %w", name, path.Err)
	}
	return kubeconfig{}, fmt.Errorf("kubeconfig %s: %s; fix it, or set KUBECONFIG to another file",
		name, strings.ReplaceAll(err.Error(), "\n", "; "))
}

// decode takes what matters from a document. A value that should be text and is a number or a boolean is taken as it
// is written.
func (k *kubeconfig) decode(v document.Value) error {
	var errs document.Errors
	text := func(v document.Value, path string) string {
		if v != nil && (v.Kind() == document.Number || v.Kind() == document.Bool) {
			return v.Text()
		}
		out, err := document.AsText(v, path)
		errs.Add(err)
		return out
	}
	fields := func(v document.Value, path string) []document.Field {
		out, err := document.AsFields(v, path)
		errs.Add(err)
		return out
	}
	top := fields(v, "the file")
	k.CurrentContext = text(document.Get(top, "current-context"), "current-context")
	contexts, err := document.AsItems(document.Get(top, "contexts"), "contexts")
	errs.Add(err)
	for i, v := range contexts {
		path := fmt.Sprintf("contexts[%d]", i)
		entry := fields(v, path)
		inner := fields(document.Get(entry, "context"), path+".context")
		k.Contexts = append(k.Contexts, namedContext{
			Name:      text(document.Get(entry, "name"), path+".name"),
			Cluster:   text(document.Get(inner, "cluster"), path+".context.cluster"),
			Namespace: text(document.Get(inner, "namespace"), path+".context.namespace"),
		})
	}
	return errs.OrNil()
}

// clusterARN is how aws eks update-kubeconfig names a cluster, and without --alias its context (EKS API:
// a cluster's name has letters, digits, hyphens and underscores).
var clusterARN = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:[^:]+:eks:([^:]+):[0-9]{12}:cluster/([0-9A-Za-z][0-9A-Za-z_-]*)$`)
})

// eksctlName is how eksctl names a context, user@cluster.region.eksctl.io, and a cluster, the same
// without the user. The user may hold at signs and dots, the cluster and the region hold neither.
var eksctlName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:.*@)?([0-9A-Za-z][0-9A-Za-z_-]*)\.([a-z0-9-]+)\.eksctl\.io$`)
})

// eksCluster reads name and region of the EKS cluster from the names in a context. The cluster's entry
// says more than the context's name, which people change.
func eksCluster(names ...string) (cluster, region string) {
	for _, name := range names {
		if m := clusterARN().FindStringSubmatch(name); m != nil {
			return m[2], m[1]
		}
		if m := eksctlName().FindStringSubmatch(name); m != nil {
			return m[1], m[2]
		}
	}
	return "", ""
}
