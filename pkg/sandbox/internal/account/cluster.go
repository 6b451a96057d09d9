package account

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// Gone marks the end of a deletion in Change.Status.
const Gone = ""

// Change is one change of a profile's status.
type Change struct {
	At time.Time `json:"at"`
	// Profile is the name, ARN sets one apart from another of the same name.
	Profile string `json:"profile"`
	ARN     string `json:"arn"`
	// Status is empty where the profile ceased to exist.
	Status string `json:"status"`
}

// Cluster is a cluster with its profiles in time.
type Cluster struct {
	world.Cluster
	ARN      string
	Seq      int
	Profiles []*Profile
	// Tokens are the creates that clientRequestTokens made.
	Tokens map[string]Token
	// Certificate is that of the cluster's authority, nil until it is asked for.
	Certificate []byte
	// Logs are those of the control plane that were turned on or off.
	Logs map[string]bool
	// ClusterUpdates are those that requests made.
	ClusterUpdates []ClusterUpdate

	next    string
	ends    time.Time
	history []Change
	// writes counts what was changed by requests and actors; past is the time before each of the last.
	writes int
	past   []snapshot
	// updates are those of the world and of actors.
	updates []span
	// gone are the last profiles of their names, for actors that make them again.
	gone map[string]world.Profile
}

// ClusterUpdate is an update of a cluster's configuration.
type ClusterUpdate struct {
	ID, Type      string
	Params        []UpdateParam
	Created, Ends time.Time
}

// UpdateParam is a parameter of an update, as EKS writes it.
type UpdateParam struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Token remembers the create that a clientRequestToken made.
type Token struct{ Request, ARN string }

// span is a time from one instant to another, which is no part of it.
type span struct{ from, to time.Time }

// Profile is a profile in time: when it ends its status becomes next, Gone for a finished deletion.
type Profile struct {
	world.Profile
	Seq    int
	ends   time.Time
	next   string
	issues []world.Issue // those that come with next
}

// snapshot is what the profiles of a cluster were just before a write.
type snapshot struct {
	at       time.Time
	profiles []Profile
}

// AddCluster puts a cluster into the account.
func (a *Account) AddCluster(c world.Cluster, now time.Time) *Cluster {
	if c.Created.IsZero() {
		c.Created = now.Add(-24 * time.Hour)
	}
	cl := &Cluster{
		Cluster: c, ARN: a.ARN("eks", c.Region, "cluster/"+c.Name), Seq: a.Next(),
		Tokens: map[string]Token{}, Logs: map[string]bool{}, gone: map[string]world.Profile{},
	}
	cl.Update(now, c.Updating)
	for _, u := range c.Updates {
		cl.Update(now.Add(u.After), u.For)
	}
	a.Clusters = append(a.Clusters, cl)
	for _, p := range c.Profiles {
		added := a.addProfile(cl, p, now)
		if c.AccessEntries == nil {
			cl.LetNodesIn(added.Role, now)
		}
	}
	return cl
}

// NodeName is the user name of nodes that join by an access entry.
const NodeName = "system:node:{{SessionName}}"

// LetNodesIn makes the access entry of a profile's role, as EKS does in the modes that have them.
func (cl *Cluster) LetNodesIn(role string, now time.Time) {
	if cl.AuthenticationMode != "CONFIG_MAP" && cl.AccessEntryOf(role) < 0 {
		cl.AccessEntries = append(cl.AccessEntries, world.AccessEntry{
			Principal: role, Type: "FARGATE_LINUX", Username: NodeName, Created: now,
		})
	}
}

// AccessEntryOf returns the index of a principal's access entry, -1 where there is none.
func (cl *Cluster) AccessEntryOf(principal string) int {
	return slices.IndexFunc(cl.AccessEntries, func(e world.AccessEntry) bool { return e.Principal == principal })
}

// Becomes lets the cluster have another status from an instant on; Gone takes it away.
func (cl *Cluster) Becomes(status string, at time.Time) { cl.next, cl.ends = status, at }

// addProfile puts a profile of the world into its cluster.
func (a *Account) addProfile(cl *Cluster, p world.Profile, now time.Time) *Profile {
	p.Role = a.World.RoleOf(p.Role)
	if len(p.Subnets) == 0 {
		p.Subnets = a.World.PrivateSubnets(&cl.Cluster)
	}
	if p.Created.IsZero() {
		p.Created = now.Add(-time.Hour)
	}
	p.Status = cmp.Or(p.Status, world.Active)
	if p.ARN == "" {
		p.ARN = a.ProfileARN(cl, p.Name)
	}
	added := &Profile{Profile: p, Seq: a.Next()}
	cl.Profiles = append(cl.Profiles, added)
	switch p.Status {
	case world.Creating:
		a.beginCreate(cl, added, now, nil)
	case world.Deleting:
		a.BeginDelete(cl, added, now, nil)
	default:
		cl.record(now, added, p.Status)
	}
	return added
}

// Find returns a profile of the cluster, nil where there is none.
func (cl *Cluster) Find(name string) *Profile {
	return First(cl.Profiles, func(p *Profile) bool { return p.Name == name })
}

// Past returns the last profile of a name that is gone.
func (cl *Cluster) Past(name string) (p world.Profile, known bool) {
	p, known = cl.gone[name]
	return p, known
}

// InTransition returns the profile that is CREATING or DELETING, nil where there is none.
func (cl *Cluster) InTransition() *Profile {
	return First(cl.Profiles, func(p *Profile) bool { return p.Status == world.Creating || p.Status == world.Deleting })
}

// Updating reports whether an update of the cluster is in progress, whatever its status says.
func (cl *Cluster) Updating(now time.Time) bool {
	return slices.ContainsFunc(cl.updates, func(s span) bool { return !now.Before(s.from) && now.Before(s.to) })
}

// Update lets an update of the cluster begin at an instant.
func (cl *Cluster) Update(from time.Time, takes time.Duration) {
	cl.updates = append(cl.updates, span{from, from.Add(takes)})
}

// Add adds a profile that begins to be created.
func (a *Account) Add(cl *Cluster, p world.Profile, now time.Time, outcome *fault.Failure) *Profile {
	added := &Profile{Profile: p, Seq: a.Next()}
	added.Created = now
	cl.Profiles = append(cl.Profiles, added)
	a.beginCreate(cl, added, now, outcome)
	return added
}

// Well is the outcome of a transition that does not fail, whatever the world says.
var Well fault.Failure

// beginCreate lets a profile be CREATING. It ends as outcome says, where it is not nil, else as the world's failures
// do.
func (a *Account) beginCreate(cl *Cluster, p *Profile, now time.Time, outcome *fault.Failure) {
	if outcome == nil {
		outcome = chooseFailure(a.creates, cl.Name, p.Name)
	}
	cl.begin(p, now, world.Creating, now.Add(a.World.Delays.Create), world.Active)
	p.fails(outcome, world.CreateFailed)
}

// BeginDelete lets a profile be DELETING, as beginCreate does.
func (a *Account) BeginDelete(cl *Cluster, p *Profile, now time.Time, outcome *fault.Failure) {
	if outcome == nil {
		outcome = chooseFailure(a.deletes, cl.Name, p.Name)
	}
	cl.begin(p, now, world.Deleting, now.Add(a.World.Delays.Delete), Gone)
	p.fails(outcome, world.DeleteFailed)
}

func (cl *Cluster) begin(p *Profile, now time.Time, status string, ends time.Time, next string) {
	p.Status, p.ends, p.next, p.issues = status, ends, next, nil
	cl.record(now, p, status)
}

// EndNow ends the transition of a profile.
func (c *Call) EndNow(p *Profile) {
	p.ends = c.Now
	c.Settle(c.Now)
}

// fails lets the transition of a profile end badly where there is a failure (EKS API, FargateProfileIssue).
func (p *Profile) fails(f *fault.Failure, status string) {
	if f == nil || f == &Well {
		return
	}
	p.next, p.issues = status, []world.Issue{{
		Code:        cmp.Or(f.Code, "InternalFailure"),
		Message:     cmp.Or(f.Message, "The sandbox was told to let this fail."), // not AWS's text
		ResourceIDs: f.ResourceIDs,
	}}
}

// A cluster remembers the time before its last writes, its last changes of status and its last profiles that are
// gone, so that a sandbox can serve for days.
const (
	pastLimit    = 16
	historyLimit = 100_000
	goneLimit    = 1000
)

// record notes a change of status.
func (cl *Cluster) record(at time.Time, p *Profile, status string) {
	if len(cl.history) >= historyLimit {
		cl.history = slices.Delete(cl.history, 0, historyLimit/10)
	}
	cl.history = append(cl.history, Change{At: at, Profile: p.Name, ARN: p.ARN, Status: status})
}

// Writing remembers the present because it is about to change.
func (cl *Cluster) Writing(now time.Time) {
	s := snapshot{at: now, profiles: make([]Profile, len(cl.Profiles))}
	for i, p := range cl.Profiles {
		s.profiles[i] = *p // what hangs on it is replaced by writes, never changed
	}
	if len(cl.past) == pastLimit {
		cl.past = slices.Delete(cl.past, 0, 1)
	}
	cl.past = append(cl.past, s)
	cl.writes++
}

// Settle ends every transition whose time has come.
func (a *Account) Settle(now time.Time) {
	a.Clusters = slices.DeleteFunc(a.Clusters, func(cl *Cluster) bool {
		if cl.ends.IsZero() || now.Before(cl.ends) {
			return false
		}
		cl.Status, cl.ends = cl.next, time.Time{}
		return cl.Status == Gone
	})
	for _, cl := range a.Clusters {
		cl.Profiles = slices.DeleteFunc(cl.Profiles, func(p *Profile) bool {
			if p.ends.IsZero() || now.Before(p.ends) {
				return false
			}
			cl.record(p.ends, p, p.next)
			p.Status, p.ends = p.next, time.Time{}
			if p.issues != nil {
				p.Issues = p.issues
			}
			if p.Status == Gone {
				cl.forget(p)
			}
			return p.Status == Gone
		})
	}
}

// forget drops the token of a profile that is gone, and keeps the profile for an actor that makes it again.
func (cl *Cluster) forget(p *Profile) {
	maps.DeleteFunc(cl.Tokens, func(_ string, t Token) bool { return t.ARN == p.ARN })
	if len(cl.gone) >= goneLimit {
		clear(cl.gone)
	}
	cl.gone[p.Name] = p.Profile
}

// At returns the profile as it will be at an instant, and reports whether it will exist, if no request interferes.
func (p *Profile) At(t time.Time) (world.Profile, bool) {
	out := p.Profile
	if !p.ends.IsZero() && !t.Before(p.ends) {
		out.Status = p.next
		if p.issues != nil {
			out.Issues = p.issues
		}
	}
	return out.Clone(), out.Status != Gone
}

// ProfilesAt returns the profiles of a cluster as they are at an instant, if no further request comes.
func (a *Account) ProfilesAt(cluster string, at time.Time) []world.Profile {
	var out []world.Profile
	if cl := a.Named(cluster); cl != nil {
		for _, p := range cl.Profiles {
			if q, exists := p.At(at); exists {
				out = append(out, q)
			}
		}
	}
	return out
}

// History returns every remembered change of status in a cluster, in the order of time.
func (a *Account) History(cluster string) []Change {
	cl := a.Named(cluster)
	if cl == nil {
		return nil
	}
	out := slices.Clone(cl.history)
	slices.SortStableFunc(out, func(a, b Change) int { return a.At.Compare(b.At) })
	return out
}
