package world

// The checks are about the world's own sense, not about what EKS would refuse: a world may hold a profile that EKS
// would never have accepted.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/policy"
)

var (
	accountSyntax = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{12}$`) })
	regionSyntax  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`) })
)

// slowest and fastest bound a world's speed. At the fastest a day makes 27 years, which a time.Duration still holds.
const slowest, fastest = 0.001, 10000.0

// Check finds all that is wrong with the world; nil or a *Error.
func (w World) Check() error {
	if faults := w.check(); len(faults) > 0 {
		return &Error{Faults: faults}
	}
	return nil
}

// checker collects faults and the ids seen so far.
type checker struct {
	faults []Problem
	seen   map[string]string
}

func (c *checker) fault(path, format string, args ...any) {
	c.faults = append(c.faults, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// unique demands an id that no other thing of the kind has.
func (c *checker) unique(path, kind, id string) {
	if id == "" {
		c.fault(path, "missing")
		return
	}
	key := kind + " " + id
	if first, ok := c.seen[key]; ok {
		c.fault(path, "%q is already at %s", id, first)
		return
	}
	c.seen[key] = path
}

func (c *checker) oneOf(path, value string, allowed ...string) {
	fault.Report(c.fault).OneOf(path, value, allowed...)
}

func (c *checker) region(path, region string) {
	if region != "" && !regionSyntax().MatchString(region) {
		c.fault(path, "%q is not a region like us-east-1", region)
	}
}

// time demands a time that can be written: YAML reads zones that nothing writes.
func (c *checker) time(path string, t time.Time) {
	if _, err := t.MarshalJSON(); err != nil {
		c.fault(path, "the time zone is impossible")
	}
}

func (w World) check() []Problem {
	c := &checker{seen: map[string]string{}}
	c.oneOf("apiVersion", w.APIVersion, "", APIVersion)
	c.region("region", w.Region)
	if w.Account != "" && !accountSyntax().MatchString(w.Account) {
		c.fault("account", "%q is not a number of twelve digits (quote it)", w.Account)
	}
	for path, n := range map[string]int64{
		"delays.create": int64(w.Delays.Create), "delays.delete": int64(w.Delays.Delete),
		"delays.rolePropagation": int64(w.Delays.RolePropagation), "delays.stack": int64(w.Delays.Stack),
		"delays.cluster": int64(w.Delays.Cluster), "delays.update": int64(w.Delays.Update),
		"pageSize":        int64(w.PageSize),
		"quotas.profiles": int64(w.Quotas.Profiles), "quotas.selectors": int64(w.Quotas.Selectors),
		"quotas.labels": int64(w.Quotas.Labels),
	} {
		if n < 0 {
			c.fault(path, "cannot be negative")
		}
	}
	if err := w.Latency.Check(); err != nil {
		c.fault("latency", "%v", err)
	}
	if w.Speed != 0 && (math.IsNaN(w.Speed) || w.Speed < slowest || w.Speed > fastest) {
		c.fault("speed", "%v is not between %v and %v", w.Speed, slowest, fastest)
	}
	for i, v := range w.VPCs {
		v.check(c, fmt.Sprintf("vpcs[%d]", i))
	}
	for i, r := range w.Roles {
		r.check(c, fmt.Sprintf("roles[%d]", i))
	}
	for i, cluster := range w.Clusters {
		w.checkCluster(c, fmt.Sprintf("clusters[%d]", i), cluster)
	}
	w.checkPermissions(c)
	for i, f := range w.FailCreates {
		f.Check(c.fault, fmt.Sprintf("failCreates[%d]", i))
	}
	for i, f := range w.FailDeletes {
		f.Check(c.fault, fmt.Sprintf("failDeletes[%d]", i))
	}
	w.checkFaults(c, w.Faults)
	slices.SortStableFunc(c.faults, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	return c.faults
}

// CheckFaults finds all that is wrong with faults in the world; nil or an *Error.
func (w World) CheckFaults(faults []fault.Fault) error {
	c := &checker{}
	if w.checkFaults(c, faults); len(c.faults) > 0 {
		return &Error{Faults: c.faults}
	}
	return nil
}

func (w World) checkFaults(c *checker, faults []fault.Fault) {
	if n := len(faults); n > fault.MaxFaults {
		c.fault("faults", "%d are too many; there can be %d", n, fault.MaxFaults)
		return
	}
	for i, f := range faults {
		at := fmt.Sprintf("faults[%d]", i)
		f.Check(c.fault, at)
		if a := f.Actor; a != nil && f.Kind == fault.ByActor {
			if a.Cluster != "" && w.Cluster(a.Cluster) == nil {
				c.fault(at+".actor.cluster", "there is no cluster %q", a.Cluster)
			}
			if a.Role != "" {
				w.checkRoleName(c, at+".actor.role", a.Role)
			}
		}
	}
}

// checkRoleName demands that a role, named by what is no ARN, is one of the world.
func (w World) checkRoleName(c *checker, at, role string) {
	if role == "" {
		c.fault(at, "missing")
	} else if !strings.HasPrefix(role, "arn:") && w.Role(role) == nil {
		c.fault(at, "there is no role %q", role)
	}
}

func (w World) checkPermissions(c *checker) {
	actions := func(path string, list []string) {
		for i, p := range list {
			if action, _ := policy.Split(p); !strings.Contains(action, ":") && action != "*" {
				c.fault(fmt.Sprintf("%s[%d]", path, i), "%q is not an IAM action like ec2:DescribeSubnets", p)
			}
		}
	}
	actions("missingPermissions", w.MissingPermissions)
	if w.Permissions == nil {
		return
	}
	actions("permissions.allow", w.Permissions.Allow)
	for i, document := range w.Permissions.Policies {
		if _, err := policy.Read(document, policy.ServiceNameKey); err != nil {
			c.fault(fmt.Sprintf("permissions.policies[%d]", i), "%v", err)
		}
	}
}

func (v VPC) check(c *checker, at string) {
	c.unique(at+".id", "vpc", v.ID)
	c.region(at+".region", v.Region)
	for i, s := range v.Subnets {
		place := fmt.Sprintf("%s.subnets[%d]", at, i)
		c.unique(place+".id", "subnet", s.ID)
		if s.AvailableIPs != nil && *s.AvailableIPs < 0 {
			c.fault(place+".availableIPs", "cannot be negative")
		}
	}
	for i, g := range v.SecurityGroups {
		c.unique(fmt.Sprintf("%s.securityGroups[%d].id", at, i), "security group", g.ID)
	}
	if v.Owner != "" && !accountSyntax().MatchString(v.Owner) {
		c.fault(at+".owner", "%q is not a number of twelve digits (quote it)", v.Owner)
	}
	v.checkRouteTables(c, at+".routeTables")
	for i, e := range v.Endpoints {
		place := fmt.Sprintf("%s.endpoints[%d]", at, i)
		c.unique(place+".id", "endpoint", e.ID)
		if e.Service == "" {
			c.fault(place+".service", "missing")
		}
		c.oneOf(place+".type", e.Type, "", "Interface", "Gateway", "GatewayLoadBalancer")
	}
}

func (v VPC) checkRouteTables(c *checker, at string) {
	subnet := func(path, id string) bool {
		known := slices.ContainsFunc(v.Subnets, func(s Subnet) bool { return s.ID == id })
		if !known {
			c.fault(path, "there is no subnet %q in %s", id, v.ID)
		}
		return known
	}
	main := ""
	explicit := map[string]string{}
	for i, t := range v.RouteTables {
		place := fmt.Sprintf("%s[%d]", at, i)
		c.unique(place+".id", "route table", t.ID)
		if t.Main && main != "" {
			c.fault(place+".main", "the VPC already has the main route table %s", main)
		} else if t.Main {
			main = t.ID
		}
		for j, id := range t.Subnets {
			path := fmt.Sprintf("%s.subnets[%d]", place, j)
			if other, taken := explicit[id]; subnet(path, id) && taken {
				c.fault(path, "subnet %s is already associated with %s", id, other)
			}
			explicit[id] = t.ID
		}
		for j, id := range t.Disassociated {
			subnet(fmt.Sprintf("%s.disassociated[%d]", place, j), id)
		}
		for j, r := range t.Routes {
			r.check(c, fmt.Sprintf("%s.routes[%d]", place, j))
		}
	}
	// Every VPC has a main route table (VPC User Guide, Route tables).
	if main == "" && len(v.RouteTables) > 0 {
		c.fault(at, "one of the route tables of %s must have main: true", v.ID)
	}
}

func (r Route) check(c *checker, at string) {
	if _, err := netip.ParsePrefix(r.To); err != nil && !strings.HasPrefix(r.To, "pl-") {
		c.fault(at+".to", "%q is neither a CIDR block nor a prefix list", r.To)
	}
	if r.Target() == "" {
		c.fault(at+".via", "%q is not local, nor the id of a gateway, NAT gateway or other target", r.Via)
	}
}

func (r Role) check(c *checker, at string) {
	c.unique(at+".name", "role", r.Name)
	if r.Path != "" && (!strings.HasPrefix(r.Path, "/") || !strings.HasSuffix(r.Path, "/")) {
		c.fault(at+".path", "%q must begin and end with /", r.Path)
	}
	c.time(at+".created", r.Created)
	if !json.Valid([]byte(r.Trust)) {
		c.fault(at+".trust", "the trust policy is not JSON")
	}
}

func (w World) checkCluster(c *checker, at string, cluster Cluster) {
	c.region(at+".region", cluster.Region)
	if cluster.Name == "" {
		c.fault(at+".name", "missing")
	} else {
		c.unique(at+".name", "cluster in "+cmp.Or(cluster.Region, w.Region), cluster.Name)
	}
	c.time(at+".created", cluster.Created)
	c.oneOf(at+".status", cluster.Status, "", "CREATING", "ACTIVE", "DELETING", "FAILED", "UPDATING", "PENDING")
	c.oneOf(at+".authenticationMode", cluster.AuthenticationMode, "", "API", "API_AND_CONFIG_MAP", "CONFIG_MAP")
	if cluster.VPC != "" && !slices.ContainsFunc(w.VPCs, func(v VPC) bool { return v.ID == cluster.VPC }) {
		c.fault(at+".vpc", "there is no VPC %q", cluster.VPC)
	}
	for i, id := range cluster.Subnets {
		if s, v := w.Subnet(id); s == nil || v.ID != cluster.VPC {
			c.fault(fmt.Sprintf("%s.subnets[%d]", at, i), "there is no subnet %q in the cluster's VPC %q", id, cluster.VPC)
		}
	}
	for i, u := range cluster.Updates {
		if u.After < 0 || u.For <= 0 {
			c.fault(fmt.Sprintf("%s.updates[%d]", at, i), "after cannot be negative, and for must be longer than 0s")
		}
	}
	for i, e := range cluster.AccessEntries {
		place := fmt.Sprintf("%s.accessEntries[%d]", at, i)
		if !strings.HasPrefix(e.Principal, "arn:") {
			c.fault(place+".principal", "%q is not an ARN", e.Principal)
		}
		c.time(place+".created", e.Created)
	}
	for i, n := range cluster.Nodegroups {
		c.unique(fmt.Sprintf("%s.nodegroups[%d].name", at, i), "node group of "+cluster.Name, n.Name)
	}
	names := map[string]bool{}
	for i, p := range cluster.Profiles {
		place := fmt.Sprintf("%s.profiles[%d]", at, i)
		if p.Name == "" {
			c.fault(place+".name", "missing")
		} else if names[p.Name] {
			c.fault(place+".name", "%q is already a profile of %s", p.Name, cluster.Name)
		}
		names[p.Name] = true
		c.time(place+".created", p.Created)
		c.oneOf(place+".status", p.Status, "", Creating, Active, Deleting, CreateFailed, DeleteFailed)
		w.checkRoleName(c, place+".role", p.Role)
	}
}
