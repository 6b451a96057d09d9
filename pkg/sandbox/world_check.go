package sandbox

// This file says what makes a world impossible. The checks are about the world's own sense, not about
// what EKS would refuse: a world may hold a profile that EKS would never have accepted.

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	accountSyntax = regexp.MustCompile(`^[0-9]{12}$`)
	regionSyntax  = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`)
	profileStates = []string{"", statusCreating, statusActive, statusDeleting, statusCreateFailed, statusDeleteFailed}
	clusterStates = []string{"", "CREATING", "ACTIVE", "DELETING", "FAILED", "UPDATING", "PENDING"}
	authModes     = []string{"", "API", "API_AND_CONFIG_MAP", "CONFIG_MAP"}
)

// Check finds all that is wrong with the world; nil or a *WorldError.
func (w World) Check() error {
	if faults := w.check(); len(faults) > 0 {
		return &WorldError{Faults: faults}
	}
	return nil
}

// checker collects faults and the ids seen so far.
type checker struct {
	faults []WorldFault
	seen   map[string]string
}

func (c *checker) fault(path, format string, args ...any) {
	c.faults = append(c.faults, WorldFault{Path: path, Message: fmt.Sprintf(format, args...)})
}

// tooMany reports whether there are more fault rules than the sandbox can ask at every request.
func (c *checker) tooMany(path string, n int) bool {
	if n > maxRules {
		c.fault(path, "%d are too many; there can be %d", n, maxRules)
	}
	return n > maxRules
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

func (c *checker) oneOf(path, value string, allowed []string) {
	if !slices.Contains(allowed, value) {
		c.fault(path, "%q is none of %s", value, strings.Join(allowed[1:], ", "))
	}
}

func (c *checker) region(path, region string) {
	if region != "" && !regionSyntax.MatchString(region) {
		c.fault(path, "%q is not a region like us-east-1", region)
	}
}

// time demands a time that can be written: YAML reads zones that nothing writes.
func (c *checker) time(path string, t time.Time) {
	if _, err := t.MarshalJSON(); err != nil {
		c.fault(path, "the time zone is impossible")
	}
}

func (w World) check() []WorldFault {
	c := &checker{seen: map[string]string{}}
	c.region("region", w.Region)
	if w.Account != "" && !accountSyntax.MatchString(w.Account) {
		c.fault("account", "%q is not a number of twelve digits (quote it)", w.Account)
	}
	for path, n := range map[string]int64{
		"delays.create": int64(w.Delays.Create), "delays.delete": int64(w.Delays.Delete),
		"delays.rolePropagation": int64(w.Delays.RolePropagation), "pageSize": int64(w.PageSize),
		"quotas.profiles": int64(w.Quotas.Profiles), "quotas.selectors": int64(w.Quotas.Selectors),
		"quotas.labels": int64(w.Quotas.Labels),
	} {
		if n < 0 {
			c.fault(path, "cannot be negative")
		}
	}
	if err := w.Latency.check(); err != nil {
		c.fault("latency", "%v", err)
	}
	if w.Speed != 0 && (math.IsNaN(w.Speed) || w.Speed < slowest || w.Speed > fastest) {
		c.fault("speed", "%v is not between %v and %v", w.Speed, slowest, fastest)
	}
	w.checkVPCs(c)
	w.checkRoles(c)
	w.checkClusters(c)
	w.checkPermissions(c)
	for i, f := range w.FailCreates {
		f.check(c, fmt.Sprintf("failCreates[%d]", i))
	}
	for i, f := range w.FailDeletes {
		f.check(c, fmt.Sprintf("failDeletes[%d]", i))
	}
	if !c.tooMany("faults", len(w.Faults)) {
		for i, f := range w.Faults {
			f.check(c, fmt.Sprintf("faults[%d]", i), &w)
		}
	}
	slices.SortStableFunc(c.faults, func(a, b WorldFault) int { return strings.Compare(a.Path, b.Path) })
	return c.faults
}

func (w World) checkVPCs(c *checker) {
	for i, v := range w.VPCs {
		at := fmt.Sprintf("vpcs[%d]", i)
		c.unique(at+".id", "vpc", v.ID)
		c.region(at+".region", v.Region)
		own := map[string]bool{}
		for j, s := range v.Subnets {
			c.unique(fmt.Sprintf("%s.subnets[%d].id", at, j), "subnet", s.ID)
			own[s.ID] = true
			if s.AvailableIPs != nil && *s.AvailableIPs < 0 {
				c.fault(fmt.Sprintf("%s.subnets[%d].availableIPs", at, j), "cannot be negative")
			}
		}
		main := ""
		explicit := map[string]string{}
		for j, t := range v.RouteTables {
			place := fmt.Sprintf("%s.routeTables[%d]", at, j)
			c.unique(place+".id", "route table", t.ID)
			if t.Main && main != "" {
				c.fault(place+".main", "the VPC already has the main route table %s", main)
			} else if t.Main {
				main = t.ID
			}
			for k, id := range t.Subnets {
				path := fmt.Sprintf("%s.subnets[%d]", place, k)
				if !own[id] {
					c.fault(path, "there is no subnet %q in %s", id, v.ID)
				} else if other, ok := explicit[id]; ok {
					c.fault(path, "subnet %s is already associated with %s", id, other)
				}
				explicit[id] = t.ID
			}
			for k, id := range t.Disassociated {
				if !own[id] {
					c.fault(fmt.Sprintf("%s.disassociated[%d]", place, k), "there is no subnet %q in %s", id, v.ID)
				}
			}
			for k, r := range t.Routes {
				r.check(c, fmt.Sprintf("%s.routes[%d]", place, k))
			}
		}
		// Every VPC has a main route table (VPC User Guide, Route tables).
		if main == "" && len(v.RouteTables) > 0 {
			c.fault(at+".routeTables", "one of the route tables of %s must have main: true", v.ID)
		}
		for j, e := range v.Endpoints {
			place := fmt.Sprintf("%s.endpoints[%d]", at, j)
			c.unique(place+".id", "endpoint", e.ID)
			if e.Service == "" {
				c.fault(place+".service", "missing")
			}
			c.oneOf(place+".type", e.Type, []string{"", "Interface", "Gateway", "GatewayLoadBalancer"})
		}
	}
}

func (r Route) check(c *checker, at string) {
	if _, err := netip.ParsePrefix(r.To); err != nil && !strings.HasPrefix(r.To, "pl-") {
		c.fault(at+".to", "%q is neither a CIDR block nor a prefix list", r.To)
	}
	if _, ok := routeTarget(r.Via); !ok {
		c.fault(at+".via", "%q is not local, nor the id of a gateway, NAT gateway or other target", r.Via)
	}
}

func (w World) checkRoles(c *checker) {
	for i, r := range w.Roles {
		at := fmt.Sprintf("roles[%d]", i)
		c.unique(at+".name", "role", r.Name)
		if r.Path != "" && (!strings.HasPrefix(r.Path, "/") || !strings.HasSuffix(r.Path, "/")) {
			c.fault(at+".path", "%q must begin and end with /", r.Path)
		}
		c.time(at+".created", r.Created)
		if !json.Valid([]byte(r.Trust)) {
			c.fault(at+".trust", "the trust policy is not JSON")
		}
	}
}

func (w World) checkClusters(c *checker) {
	for i, cluster := range w.Clusters {
		at := fmt.Sprintf("clusters[%d]", i)
		region := cluster.Region
		if region == "" {
			region = w.Region
		}
		c.region(at+".region", cluster.Region)
		if cluster.Name == "" {
			c.fault(at+".name", "missing")
		} else {
			c.unique(at+".name", "cluster in "+region, cluster.Name)
		}
		c.time(at+".created", cluster.Created)
		c.oneOf(at+".status", cluster.Status, clusterStates)
		c.oneOf(at+".authenticationMode", cluster.AuthenticationMode, authModes)
		if cluster.VPC != "" && !slices.ContainsFunc(w.VPCs, func(v VPC) bool { return v.ID == cluster.VPC }) {
			c.fault(at+".vpc", "there is no VPC %q", cluster.VPC)
		}
		for j, id := range cluster.Subnets {
			if s, v := w.Subnet(id); s == nil || v.ID != cluster.VPC {
				c.fault(fmt.Sprintf("%s.subnets[%d]", at, j), "there is no subnet %q in the cluster's VPC %q", id, cluster.VPC)
			}
		}
		for j, u := range cluster.Updates {
			if u.After < 0 || u.For <= 0 {
				c.fault(fmt.Sprintf("%s.updates[%d]", at, j), "after cannot be negative, and for must be longer than 0s")
			}
		}
		names := map[string]bool{}
		for j, p := range cluster.Profiles {
			place := fmt.Sprintf("%s.profiles[%d]", at, j)
			if p.Name == "" {
				c.fault(place+".name", "missing")
			} else if names[p.Name] {
				c.fault(place+".name", "%q is already a profile of %s", p.Name, cluster.Name)
			}
			names[p.Name] = true
			c.time(place+".created", p.Created)
			c.oneOf(place+".status", p.Status, profileStates)
			if p.Role == "" {
				c.fault(place+".role", "missing")
			} else if !strings.HasPrefix(p.Role, "arn:") && w.Role(p.Role) == nil {
				c.fault(place+".role", "there is no role %q", p.Role)
			}
		}
	}
}
