package kubecontext

// This file finds the kubeconfig files, merges them, and picks the current context.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
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
	CurrentContext string `yaml:"current-context"`
	Contexts       []struct {
		Name    string `yaml:"name"`
		Context struct {
			Cluster   string `yaml:"cluster"`
			Namespace string `yaml:"namespace"`
		} `yaml:"context"`
	} `yaml:"contexts"`
}

// Current reads the current context as kubectl does: from the files of KUBECONFIG, else from
// ~/.kube/config; of several files the first that sets the current context, and the first that holds a
// context of a name, wins (Kubernetes, Organizing Cluster Access Using kubeconfig Files). Env gives the
// environment, as os.Getenv does. A file that does not exist is no error, nor is a current context that
// no file holds; a broken file is an error with its path and line.
func Current(env func(string) string) (Context, error) {
	var merged kubeconfig
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
			current.Namespace = c.Context.Namespace
			current.Cluster, current.Region = eksCluster(c.Context.Cluster, c.Name)
			break
		}
	}
	return current, nil
}

// files lists the kubeconfig files in order of precedence.
func files(env func(string) string) []string {
	if list := env("KUBECONFIG"); list != "" {
		var names []string
		for _, name := range filepath.SplitList(list) {
			if name != "" {
				names = append(names, name)
			}
		}
		return names
	}
	for _, variable := range []string{"HOME", "USERPROFILE"} {
		if home := env(variable); home != "" {
			return []string{filepath.Join(home, ".kube", "config")}
		}
	}
	return nil
}

// read parses one file; one that does not exist is an empty one.
func read(name string) (kubeconfig, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return kubeconfig{}, nil
	}
	if err != nil {
		return kubeconfig{}, fmt.Errorf("kubeconfig %s cannot be read: %w", name, reason(err))
	}
	var config kubeconfig
	if err := yaml.Unmarshal(data, &config); err != nil {
		return kubeconfig{}, fmt.Errorf("kubeconfig %s: %s; mend it, or set KUBECONFIG to another file", name, yamlText(err))
	}
	return config, nil
}

// reason is the part of a file error that does not repeat the name.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// yamlText gives the parser's faults in one line, each with its line number.
func yamlText(err error) string {
	var mistyped *yaml.TypeError
	if errors.As(err, &mistyped) {
		return strings.Join(mistyped.Errors, "; ")
	}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if !strings.HasPrefix(text, "line ") {
		// The parser gives no line for a fault of the first one.
		text = "line 1: " + text
	}
	return text
}

// clusterARN is how aws eks update-kubeconfig names a cluster, and without --alias its context (EKS API:
// a cluster's name has letters, digits, hyphens and underscores).
var clusterARN = regexp.MustCompile(`^arn:[^:]+:eks:([^:]+):[0-9]{12}:cluster/([0-9A-Za-z][0-9A-Za-z_-]*)$`)

// eksctlName is how eksctl names a context, user@cluster.region.eksctl.io, and a cluster, the same
// without the user. The user may hold at signs and dots, the cluster and the region hold neither.
var eksctlName = regexp.MustCompile(`^(?:.*@)?([0-9A-Za-z][0-9A-Za-z_-]*)\.([a-z0-9-]+)\.eksctl\.io$`)

// eksCluster reads name and region of the EKS cluster from the names in a context. The cluster's entry
// says more than the context's name, which people change.
func eksCluster(names ...string) (cluster, region string) {
	for _, name := range names {
		if m := clusterARN.FindStringSubmatch(name); m != nil {
			return m[2], m[1]
		}
		if m := eksctlName.FindStringSubmatch(name); m != nil {
			return m[1], m[2]
		}
	}
	return "", ""
}
