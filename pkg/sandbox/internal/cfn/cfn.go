// Package cfn answers CloudFormation as far as eksctl's stack of a pod execution role needs it: stacks whose templates
// are JSON and make IAM roles. The texts are CloudFormation's unless a comment says otherwise.
package cfn

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// The states of a stack that the sandbox knows.
const (
	createInProgress = "CREATE_IN_PROGRESS"
	createComplete   = "CREATE_COMPLETE"
	deleteInProgress = "DELETE_IN_PROGRESS"
	deleteComplete   = "DELETE_COMPLETE"
)

// Operations returns those of CloudFormation that the sandbox knows.
func Operations() []account.Operation {
	return []account.Operation{
		{Name: "CreateStack", On: theStack, Run: createStack},
		{Name: "DescribeStacks", On: theStack, Run: describeStacks},
		{Name: "DescribeStackEvents", On: theStack, Run: describeEvents},
		{Name: "DeleteStack", On: theStack, Run: deleteStack},
		{Name: "UpdateTerminationProtection", On: theStack, Run: protect},
		{Name: "ListStacks", On: theStack, Run: listStacks},
	}
}

// theStack returns the ARN on which permissions are judged.
func theStack(c *account.Call) string {
	name := c.Query.Get("StackName")
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return c.ARN("cloudformation", c.Region, "stack/"+cmp.Or(name, "*")+"/*")
}

// find returns the stack of a name or an id, nil where there is none. A deleted stack has only its id.
func find(c *account.Call, name string) *account.Stack {
	return account.First(c.Stacks, func(s *account.Stack) bool {
		return s.Region == c.Region && (s.ID == name || (s.Name == name && s.Deleted.IsZero()))
	})
}

// status returns the state of a stack at the call's instant.
func status(c *account.Call, s *account.Stack) string {
	ended := func(since time.Time) bool { return !c.Now.Before(since.Add(c.World.Delays.Stack)) }
	switch {
	case !s.Deleted.IsZero() && ended(s.Deleted):
		return deleteComplete
	case !s.Deleted.IsZero():
		return deleteInProgress
	case ended(s.Created):
		return createComplete
	}
	return createInProgress
}

func invalid(format string, args ...any) *wire.Refusal {
	return wire.BadRequest("ValidationError", fmt.Sprintf(format, args...))
}

// stackName is what the name of a new stack must look like (CloudFormation API, CreateStack).
var stackName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`) })

func stackID(s *account.Stack) (any, *wire.Refusal) {
	return struct {
		ID string `xml:"StackId"`
	}{s.ID}, nil
}

func createStack(c *account.Call) (any, *wire.Refusal) {
	name, token := c.Query.Get("StackName"), c.Query.Get("ClientRequestToken")
	if !stackName().MatchString(name) {
		return nil, invalid("1 validation error detected: Value '%s' at 'stackName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", name)
	}
	before := find(c, name)
	// A client that sends again with its token makes no second stack (CloudFormation API, CreateStack).
	for _, s := range c.Stacks {
		switch {
		case token == "" || s.Region != c.Region || s.Token != token:
		case s == before:
			return stackID(s)
		default:
			return nil, wire.BadRequest("TokenAlreadyExistsException", "A client request token already exists.")
		}
	}
	if before != nil {
		return nil, wire.BadRequest("AlreadyExistsException", "Stack ["+name+"] already exists")
	}
	// CAPABILITY_NAMED_IAM is wanted where a role has a name of its own, which it includes.
	capabilities := c.Values("Capabilities.member")
	if len(capabilities) == 0 {
		return nil, wire.BadRequest("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]")
	}
	s := &account.Stack{
		ID:   c.ARN("cloudformation", c.Region, "stack/"+name+"/"+c.UUID()),
		Name: name, Region: c.Region, Created: c.Now, Capabilities: capabilities, Tags: c.Tags(), Token: token,
		Protected: c.Query.Get("EnableTerminationProtection") == "true",
	}
	t, err := readTemplate(c, s)
	if err != nil {
		return nil, invalid("Template format error: %v", err)
	}
	if err := t.makeRoles(); err != nil {
		return nil, invalid("Template format error: %v", err)
	}
	c.Stacks = append(c.Stacks, s)
	return stackID(s)
}

func deleteStack(c *account.Call) (any, *wire.Refusal) {
	// Deleting what is not there is no error (CloudFormation API, DeleteStack).
	if s := find(c, c.Query.Get("StackName")); s != nil && s.Deleted.IsZero() {
		if s.Protected {
			return nil, invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", s.Name)
		}
		s.Deleted, s.DeleteToken = c.Now, c.Query.Get("ClientRequestToken")
		c.Roles = slices.DeleteFunc(c.Roles, func(r *account.Role) bool { return slices.Contains(s.Roles, r.Name) })
	}
	return nil, nil
}

// protect allows or forbids DeleteStack. eksctl forbids it for its stacks, and allows it before it deletes one.
func protect(c *account.Call) (any, *wire.Refusal) {
	s := find(c, c.Query.Get("StackName"))
	if s == nil {
		return nil, noStack(c.Query.Get("StackName"))
	}
	s.Protected = c.Query.Get("EnableTerminationProtection") == "true"
	return stackID(s)
}

type output struct {
	OutputKey   string
	OutputValue string
	ExportName  string `xml:",omitempty"`
}

type stackXML struct {
	StackID      string `xml:"StackId"`
	StackName    string
	Description  string `xml:",omitempty"`
	CreationTime string
	DeletionTime string `xml:",omitempty"`
	StackStatus  string
	Rollback     bool                   `xml:"DisableRollback"`
	Protected    bool                   `xml:"EnableTerminationProtection"`
	Capabilities wire.Members[string]   `xml:"Capabilities"`
	Outputs      wire.Members[output]   `xml:"Outputs"`
	Tags         wire.Members[wire.Tag] `xml:"Tags"`
}

func show(c *account.Call, s *account.Stack) stackXML {
	out := stackXML{
		StackID: s.ID, StackName: s.Name, Description: s.Description, CreationTime: instant(s.Created),
		StackStatus: status(c, s), Protected: s.Protected, Capabilities: wire.Members[string]{List: s.Capabilities},
		Tags: wire.Members[wire.Tag]{List: wire.Tags(s.Tags)},
	}
	if !s.Deleted.IsZero() {
		out.DeletionTime = instant(s.Deleted)
	}
	if out.StackStatus == createComplete {
		for _, o := range s.Outputs {
			out.Outputs.List = append(out.Outputs.List, output{o.Key, o.Value, o.Export})
		}
	}
	return out
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func describeStacks(c *account.Call) (any, *wire.Refusal) {
	var shown []stackXML
	if name := c.Query.Get("StackName"); name != "" {
		s := find(c, name)
		if s == nil {
			return nil, noStack(name)
		}
		shown = append(shown, show(c, s))
	} else {
		for _, s := range c.Stacks {
			if s.Region == c.Region && status(c, s) != deleteComplete {
				shown = append(shown, show(c, s))
			}
		}
	}
	return page(c, "Stacks", shown)
}

func noStack(name string) *wire.Refusal { return invalid("Stack with id %s does not exist", name) }

func listStacks(c *account.Call) (any, *wire.Refusal) {
	type summary struct {
		StackID      string `xml:"StackId"`
		StackName    string
		Description  string `xml:"TemplateDescription,omitempty"`
		CreationTime string
		DeletionTime string `xml:",omitempty"`
		StackStatus  string
	}
	wanted := c.Values("StackStatusFilter.member")
	var shown []summary
	for _, s := range c.Stacks {
		if x := show(c, s); s.Region == c.Region && (len(wanted) == 0 || slices.Contains(wanted, x.StackStatus)) {
			shown = append(shown, summary{x.StackID, x.StackName, x.Description, x.CreationTime, x.DeletionTime, x.StackStatus})
		}
	}
	return page(c, "StackSummaries", shown)
}

// describeEvents shows the beginning and the end of each change, the last first.
func describeEvents(c *account.Call) (any, *wire.Refusal) {
	name := c.Query.Get("StackName")
	s := find(c, name)
	if s == nil {
		return nil, noStack(name)
	}
	type event struct {
		EventID   string `xml:"EventId"`
		StackID   string `xml:"StackId"`
		StackName string
		Logical   string `xml:"LogicalResourceId"`
		Physical  string `xml:"PhysicalResourceId"`
		Type      string `xml:"ResourceType"`
		Status    string `xml:"ResourceStatus"`
		Timestamp string
		Token     string `xml:"ClientRequestToken,omitempty"`
	}
	var events []event
	add := func(status string, at time.Time, token string) {
		id := s.Name + "-" + strconv.Itoa(len(events)+1)
		events = append(events, event{
			id, s.ID, s.Name, s.Name, s.ID, "AWS::CloudFormation::Stack", status, instant(at), token,
		})
	}
	add(createInProgress, s.Created, s.Token)
	if status(c, s) != createInProgress {
		add(createComplete, s.Created.Add(c.World.Delays.Stack), s.Token)
	}
	if !s.Deleted.IsZero() {
		add(deleteInProgress, s.Deleted, s.DeleteToken)
	}
	if status(c, s) == deleteComplete {
		add(deleteComplete, s.Deleted.Add(c.World.Delays.Stack), s.DeleteToken)
	}
	slices.Reverse(events)
	return page(c, "StackEvents", events)
}

// page pages a list by NextToken; the text of the refusal is not AWS's.
func page[T any](c *account.Call, name string, items []T) (any, *wire.Refusal) {
	token := c.Query.Get("NextToken")
	part, next, ok := account.Page(c, items, account.InOrder, token, 100)
	if !ok {
		return nil, invalid("The NextToken is not one that this service gave.")
	}
	return struct {
		List wire.Named
		Next string `xml:"NextToken,omitempty"`
	}{wire.Named{Name: name, Value: wire.Members[T]{List: part}}, c.Stroke.Next(token, next)}, nil
}
