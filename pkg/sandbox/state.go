package sandbox

// This file holds what changes while a sandbox runs: profiles with their transitions in time, roles,
// and the tokens of creates. Nothing happens in the background: settle brings the state to an instant.

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// The states of a profile (EKS API, FargateProfile.status).
const (
	statusCreating     = "CREATING"
	statusActive       = "ACTIVE"
	statusDeleting     = "DELETING"
	statusCreateFailed = "CREATE_FAILED"
	statusDeleteFailed = "DELETE_FAILED"
)

// gone marks the end of a deletion in Change.Status.
const gone = ""

// Change is one change of a profile's status.
type Change struct {
	At time.Time `json:"at"`
	// Profile is the name, ARN tells one from another of the same name.
	Profile string `json:"profile"`
	ARN     string `json:"arn"`
	// Status is empty where the profile ceased to exist.
	Status string `json:"status"`
}

type state struct {
	world    World
	began    time.Time
	ids      *rand.Rand
	sequence int
	clusters []*cluster
	roles    []*role
	creates  []failureRule
	deletes  []failureRule
}

type failureRule struct {
	Failure
	hit int
}

type cluster struct {
	Cluster
	arn      string
	seq      int
	profiles []*profile
	tokens   map[string]token
	history  []Change
	// writes counts what was changed by requests and actors; past is the time before each of the last.
	writes int
	past   []snapshot
	// updates are those that actors began.
	updates []span
	// gone are the last profiles of their names, for actors that make them again.
	gone map[string]Profile
}

// span is a time from one instant to another, which is no part of it.
type span struct{ from, to time.Time }

func (s span) holds(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }

// profile is a profile in time: at ends its status becomes next, gone for a finished deletion.
type profile struct {
	Profile
	seq    int
	ends   time.Time
	next   string
	issues []Issue // those that come with next
}

// token remembers the create that a clientRequestToken made.
type token struct {
	request string
	arn     string
}

type role struct {
	Role
	seq     int
	id      string
	visible time.Time // when EKS sees the role as it is now
	unseen  int       // creates that EKS still refuses
}

func newState(w World, now time.Time) *state {
	st := &state{world: w, began: now, ids: rand.New(rand.NewPCG(w.Seed, 2))}
	for _, r := range w.Roles {
		st.addRole(r, now)
	}
	for _, f := range w.FailCreates {
		st.creates = append(st.creates, failureRule{Failure: f})
	}
	for _, f := range w.FailDeletes {
		st.deletes = append(st.deletes, failureRule{Failure: f})
	}
	for _, c := range w.Clusters {
		if c.Created.IsZero() {
			c.Created = now.Add(-24 * time.Hour)
		}
		cl := &cluster{Cluster: c, arn: st.arn("eks", c.Region, "cluster/"+c.Name), seq: st.next(), tokens: map[string]token{}, gone: map[string]Profile{}}
		st.clusters = append(st.clusters, cl)
		for _, p := range c.Profiles {
			st.addInitial(cl, p, now)
		}
	}
	return st
}

// addInitial puts a profile of the world file into its cluster.
func (st *state) addInitial(cl *cluster, p Profile, now time.Time) {
	if r := st.world.Role(p.Role); r != nil {
		p.Role = st.world.RoleARN(*r)
	}
	if len(p.Subnets) == 0 {
		p.Subnets = st.privateSubnets(cl)
	}
	if p.Created.IsZero() {
		p.Created = now.Add(-time.Hour)
	}
	if p.Status == "" {
		p.Status = statusActive
	}
	if p.ARN == "" {
		p.ARN = st.profileARN(cl, p.Name)
	}
	pr := &profile{Profile: p, seq: st.next()}
	cl.profiles = append(cl.profiles, pr)
	cl.record(now, pr, p.Status)
	switch p.Status {
	case statusCreating:
		st.beginCreate(cl, pr, now, nil)
	case statusDeleting:
		st.beginDelete(cl, pr, now, nil)
	}
}

func (st *state) next() int {
	st.sequence++
	return st.sequence
}

func (st *state) arn(service, region, resource string) string {
	return st.world.arn(service, region, resource)
}

// profileARN makes the ARN of a new profile; a re-created one gets another.
func (st *state) profileARN(cl *cluster, name string) string {
	a, b := st.ids.Uint64(), st.ids.Uint64()
	uuid := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", uint32(a>>32), uint16(a>>16), uint16(a), uint16(b>>48), b&(1<<48-1))
	return st.arn("eks", cl.Region, "fargateprofile/"+cl.Name+"/"+name+"/"+uuid)
}

// find returns a cluster of a region, nil where there is none.
func (st *state) find(region, name string) *cluster {
	for _, c := range st.clusters {
		if c.Name == name && c.Region == region {
			return c
		}
	}
	return nil
}

func (cl *cluster) find(name string) *profile {
	for _, p := range cl.profiles {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// inTransition returns the profile that is CREATING or DELETING, nil where there is none.
func (cl *cluster) inTransition() *profile {
	for _, p := range cl.profiles {
		if p.Status == statusCreating || p.Status == statusDeleting {
			return p
		}
	}
	return nil
}

// updating reports whether an update of the cluster is in progress, whatever its status says.
func (cl *cluster) updating(st *state, now time.Time) bool {
	return now.Before(st.began.Add(cl.Updating)) ||
		slices.ContainsFunc(cl.Updates, func(u Update) bool {
			return span{st.began.Add(u.After), st.began.Add(u.After + u.For)}.holds(now)
		}) ||
		slices.ContainsFunc(cl.updates, func(s span) bool { return s.holds(now) })
}

// beginCreate lets a profile be CREATING. It ends as outcome says, where it is not nil, else as the
// world's failures do.
func (st *state) beginCreate(cl *cluster, p *profile, now time.Time, outcome *Failure) {
	p.Status, p.ends, p.next, p.issues = statusCreating, now.Add(st.world.Delays.Create), statusActive, nil
	if outcome == nil {
		outcome = chooseFailure(st.creates, cl.Name, p.Name)
	}
	if f := outcome; f != nil {
		p.next, p.issues = statusCreateFailed, []Issue{f.issue()}
	}
}

// beginDelete lets a profile be DELETING, as beginCreate does.
func (st *state) beginDelete(cl *cluster, p *profile, now time.Time, outcome *Failure) {
	p.Status, p.ends, p.next, p.issues = statusDeleting, now.Add(st.world.Delays.Delete), gone, nil
	if outcome == nil {
		outcome = chooseFailure(st.deletes, cl.Name, p.Name)
	}
	if f := outcome; f != nil {
		p.next, p.issues = statusDeleteFailed, []Issue{f.issue()}
	}
}

func chooseFailure(rules []failureRule, cluster, profile string) *Failure {
	fits := func(pattern, name string) bool { return pattern == "" || glob(pattern, name) }
	for i := range rules {
		r := &rules[i]
		if fits(r.Cluster, cluster) && fits(r.Profile, profile) && (r.Times == 0 || r.hit < r.Times) {
			r.hit++
			return &r.Failure
		}
	}
	return nil
}

// issue is the failure as health.issues shows it (EKS API, FargateProfileIssue).
func (f Failure) issue() Issue {
	i := Issue{Code: f.Code, Message: f.Message, ResourceIDs: f.ResourceIDs}
	if i.Code == "" {
		i.Code = "InternalFailure"
	}
	if i.Message == "" {
		i.Message = "The sandbox was told to let this fail." // not AWS's text
	}
	return i
}

// historyLimit is how many changes of status a cluster remembers, goneLimit how many profiles that are
// gone, so that a sandbox can serve for days.
const (
	historyLimit = 100_000
	goneLimit    = 1000
)

// record notes a change of status.
func (cl *cluster) record(at time.Time, p *profile, status string) {
	if len(cl.history) >= historyLimit {
		cl.history = slices.Delete(cl.history, 0, historyLimit/10)
	}
	cl.history = append(cl.history, Change{At: at, Profile: p.Name, ARN: p.ARN, Status: status})
}

// settle ends every transition whose time has come.
func (st *state) settle(now time.Time) {
	for _, cl := range st.clusters {
		cl.profiles = slices.DeleteFunc(cl.profiles, func(p *profile) bool {
			if p.ends.IsZero() || now.Before(p.ends) {
				return false
			}
			cl.record(p.ends, p, p.next)
			p.Status, p.ends = p.next, time.Time{}
			if p.issues != nil {
				p.Issues = p.issues
			}
			if p.Status == gone {
				cl.forget(p)
			}
			return p.Status == gone
		})
	}
}

// forget drops the token of a profile that is gone, and keeps the profile for an actor that recreates it.
func (cl *cluster) forget(p *profile) {
	maps.DeleteFunc(cl.tokens, func(_ string, t token) bool { return t.arn == p.ARN })
	if len(cl.gone) >= goneLimit {
		clear(cl.gone)
	}
	cl.gone[p.Name] = p.Profile
}

// at is the profile as it will be at an instant, and whether it will exist, if no request interferes.
func (p *profile) at(t time.Time) (Profile, bool) {
	out := p.Profile
	if !p.ends.IsZero() && !t.Before(p.ends) {
		out.Status = p.next
		if p.issues != nil {
			out.Issues = p.issues
		}
	}
	out.Subnets = slices.Clone(out.Subnets)
	out.Tags = maps.Clone(out.Tags)
	out.Issues = slices.Clone(out.Issues)
	out.Selectors = slices.Clone(out.Selectors)
	for i, s := range out.Selectors {
		out.Selectors[i].Labels = maps.Clone(s.Labels)
	}
	return out, out.Status != gone
}

// Profiles are the profiles of a cluster now, in the order of their creation; nil for an unknown
// cluster. The name may be region/name where two regions have a cluster of the same name.
func (s *Server) Profiles(cluster string) []Profile { return s.ProfilesAt(cluster, s.options.Now()) }

// ProfilesAt are the profiles as they are at an instant not before the last request, if no further
// request comes.
func (s *Server) ProfilesAt(cluster string, at time.Time) []Profile {
	s.stateLock.Lock()
	defer s.stateLock.Unlock()
	var out []Profile
	if cl := s.state.named(cluster); cl != nil {
		for _, p := range cl.profiles {
			if q, exists := p.at(at); exists {
				out = append(out, q)
			}
		}
	}
	return out
}

// History is every change of status in a cluster up to now, at least the last 90,000, in the order of
// time: what a test needs to know that something held at every instant.
func (s *Server) History(cluster string) []Change {
	s.stateLock.Lock()
	defer s.stateLock.Unlock()
	s.state.settle(s.options.Now())
	cl := s.state.named(cluster)
	if cl == nil {
		return nil
	}
	out := slices.Clone(cl.history)
	slices.SortStableFunc(out, func(a, b Change) int { return a.At.Compare(b.At) })
	return out
}

func (st *state) named(name string) *cluster {
	if region, rest, found := strings.Cut(name, "/"); found {
		return st.find(region, rest)
	}
	for _, c := range st.clusters {
		if c.Name == name {
			return c
		}
	}
	return nil
}
