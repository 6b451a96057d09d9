package eks

import (
	"cmp"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// Act lets the competing actors do what is theirs before or after the request, and returns what they did, each in a
// text. An actor is a client of EKS like any other, so what EKS would refuse does not happen; but what takes EKS
// minutes has taken them already, unless the actor's Status says otherwise.
func Act(c *account.Call, when string) []string {
	actors := c.Stroke.Actors(when, c.Call)
	did := make([]string, 0, len(actors))
	for _, a := range actors {
		text := a.Action + " " + a.Cluster
		if a.Action != fault.ActorUpdate {
			text += "/" + a.Name
		}
		if obstacle := act(c, a); obstacle != "" {
			text += " did not happen: " + obstacle
		}
		did = append(did, text)
	}
	return did
}

// act does what an actor wants, and returns what EKS says where it would refuse it.
func act(c *account.Call, a fault.Actor) (obstacle string) {
	cl := c.Find(c.Region, a.Cluster)
	if cl == nil {
		cl = c.Named(a.Cluster)
	}
	if cl == nil {
		return "no such cluster"
	}
	p := cl.Find(a.Name)
	n := &change{Call: c, verb: "Delete", name: a.Name, cluster: cl, profile: p}
	switch a.Action {
	case fault.ActorUpdate:
		cl.Update(c.Now, a.For)
		return ""
	case fault.ActorTag, fault.ActorUntag:
		if p == nil {
			return nameUnknown(n)
		}
		cl.Writing(c.Now)
		tags, _ := account.WithTags(p.Tags, a.Tags) // a test may break AWS's limits
		p.Tags = account.WithoutTags(tags, a.Keys)
		return ""
	}
	if a.Name == "" {
		return "the request names no profile"
	}
	var before world.Profile
	if a.Action == fault.ActorRecreate {
		var known bool
		if before, known = cl.Past(a.Name); known && p == nil {
			n.profile = &account.Profile{Profile: before} // what is gone already is made again
		}
	}
	w := deletes | actors
	if a.Action == fault.ActorCreate {
		n.verb, w = "create", creates|actors
	}
	if refused := n.judge(w, ofCluster); refused != nil {
		return refused.Message
	}
	cl.Writing(c.Now)
	if p != nil {
		before = p.Profile
		remove(c, cl, p, a.Status)
	}
	if a.Action != fault.ActorDelete {
		create(c, cl, a, before)
	}
	return ""
}

// remove deletes a profile, or begins to where the status says so.
func remove(c *account.Call, cl *account.Cluster, p *account.Profile, status string) {
	c.BeginDelete(cl, p, c.Now, &account.Well)
	if status != world.Deleting {
		c.EndNow(p)
	}
}

// create makes a profile from what the actor says, and from its predecessor where it says nothing.
func create(c *account.Call, cl *account.Cluster, a fault.Actor, p world.Profile) {
	p.Name, p.ARN, p.Issues = a.Name, c.ProfileARN(cl, a.Name), nil
	p.Role = c.World.RoleOf(cmp.Or(a.Role, p.Role))
	if len(a.Selectors) > 0 {
		p.Selectors = a.Selectors
	}
	if len(a.Tags) > 0 {
		p.Tags = a.Tags
	}
	if len(a.Subnets) > 0 {
		p.Subnets = a.Subnets
	}
	if len(p.Subnets) == 0 {
		p.Subnets = c.World.PrivateSubnets(&cl.Cluster)
	}
	made := c.Add(cl, p, c.Now, &account.Well)
	if a.Status != world.Creating {
		c.EndNow(made)
	}
}
