package cfn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// template is a template that is being carried out. None of the texts of its errors is AWS's.
type template struct {
	Description string
	Parameters  map[string]struct{ Default any }
	Mappings    map[string]map[string]map[string]any
	Resources   map[string]struct {
		Type       string
		Properties map[string]any
	}
	Outputs map[string]struct {
		Value  any
		Export struct{ Name any }
	}

	call  *account.Call
	stack *account.Stack
	roles map[string]*account.Role // by logical id
}

func readTemplate(c *account.Call, s *account.Stack) (*template, error) {
	t := &template{call: c, stack: s, roles: map[string]*account.Role{}}
	body := c.Query.Get("TemplateBody")
	if body == "" {
		return nil, errors.New("the fgctl sandbox reads templates from TemplateBody only")
	}
	if err := json.Unmarshal([]byte(body), t); err != nil {
		return nil, fmt.Errorf("the fgctl sandbox reads JSON templates only: %w", err)
	}
	if len(t.Resources) == 0 {
		return nil, errors.New("at least one Resources member must be defined")
	}
	for id, r := range t.Resources {
		if r.Type != "AWS::IAM::Role" {
			return nil, fmt.Errorf("resource %s: the fgctl sandbox makes AWS::IAM::Role only, not %s", id, r.Type)
		}
	}
	s.Description = t.Description
	return t, nil
}

// makeRoles makes the stack's roles and outputs. Where one of them cannot be made there is nothing of the stack.
func (t *template) makeRoles() error {
	before := len(t.call.Roles)
	err := t.make()
	if err != nil {
		t.call.Roles = t.call.Roles[:before]
	}
	return err
}

func (t *template) make() error {
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		properties, err := t.value(t.Resources[id].Properties)
		if err != nil {
			return fmt.Errorf("resource %s: %w", id, err)
		}
		if err := t.makeRole(id, properties); err != nil {
			return fmt.Errorf("resource %s: %w", id, err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Outputs)) {
		value, err := t.text(t.Outputs[key].Value)
		if err != nil {
			return fmt.Errorf("output %s: %w", key, err)
		}
		export := ""
		if name := t.Outputs[key].Export.Name; name != nil {
			if export, err = t.text(name); err != nil {
				return fmt.Errorf("output %s: %w", key, err)
			}
		}
		t.stack.Outputs = append(t.stack.Outputs, account.Output{Key: key, Value: value, Export: export})
	}
	return nil
}

// makeRole makes a role of its properties.
func (t *template) makeRole(id string, properties any) error {
	text, err := json.Marshal(properties)
	if err != nil {
		return err
	}
	var p struct {
		RoleName, Path, Description string
		AssumeRolePolicyDocument    json.RawMessage
		ManagedPolicyArns           []string
		Policies                    []struct {
			PolicyName     string
			PolicyDocument json.RawMessage
		}
		Tags                []struct{ Key, Value string }
		PermissionsBoundary string
		MaxSessionDuration  int
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&p); err != nil {
		return fmt.Errorf("the fgctl sandbox cannot read the properties: %w", err)
	}
	if p.AssumeRolePolicyDocument == nil {
		return errors.New("AssumeRolePolicyDocument is missing")
	}
	role := world.Role{
		Name: p.RoleName, Path: p.Path, Description: p.Description, Trust: string(p.AssumeRolePolicyDocument),
		Policies: p.ManagedPolicyArns, Created: t.call.Now, Tags: map[string]string{},
	}
	if role.Name == "" {
		unique := strings.ToUpper(strings.ReplaceAll(t.call.UUID(), "-", ""))[:12]
		name := t.stack.Name + "-" + id
		role.Name = name[:min(len(name), 64-13)] + "-" + unique
	}
	documents := map[string]string{}
	for _, policy := range p.Policies {
		role.InlinePolicies = append(role.InlinePolicies, policy.PolicyName)
		documents[policy.PolicyName] = string(policy.PolicyDocument)
	}
	for _, tag := range p.Tags {
		role.Tags[tag.Key] = tag.Value
	}
	// CloudFormation's own tags (CloudFormation User Guide, resource tags).
	role.Tags["aws:cloudformation:stack-name"] = t.stack.Name
	role.Tags["aws:cloudformation:stack-id"] = t.stack.ID
	role.Tags["aws:cloudformation:logical-id"] = id
	if t.call.Role(role.Name) != nil {
		return fmt.Errorf("%s already exists", role.Name)
	}
	made := t.call.AddRole(role, t.call.Now)
	made.Visible = t.call.Now.Add(t.call.World.Delays.RolePropagation)
	made.Documents, made.Boundary = documents, p.PermissionsBoundary
	if p.MaxSessionDuration > 0 {
		made.MaxSession = p.MaxSessionDuration
	}
	t.roles[id] = made
	t.stack.Roles = append(t.stack.Roles, role.Name)
	return nil
}

// value carries out the functions in a value.
func (t *template) value(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return t.function(name, argument)
				}
			}
		}
		out := map[string]any{}
		for key, item := range v {
			done, err := t.value(item)
			if err != nil {
				return nil, err
			}
			if done != nil { // AWS::NoValue takes the key away
				out[key] = done
			}
		}
		return out, nil
	case []any:
		out := []any{}
		for _, item := range v {
			done, err := t.value(item)
			if err != nil {
				return nil, err
			}
			if done != nil {
				out = append(out, done)
			}
		}
		return out, nil
	}
	return v, nil
}

// text carries out the functions in a value that must be text.
func (t *template) text(v any) (string, error) {
	v, err := t.value(v)
	if err != nil {
		return "", err
	}
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("%v is not text", v)
	}
	return s, nil
}

// function carries out one function.
func (t *template) function(name string, argument any) (any, error) {
	if name == "Ref" {
		return t.ref(fmt.Sprint(argument))
	}
	if name == "Fn::Sub" {
		if text, ok := argument.(string); ok {
			return t.sub(text)
		}
		return nil, errors.New("the fgctl sandbox knows Fn::Sub of a text only")
	}
	if text, ok := argument.(string); ok && name == "Fn::GetAtt" {
		argument = []any{text[:max(0, strings.Index(text, "."))], text[strings.Index(text, ".")+1:]}
	}
	done, err := t.value(argument)
	if err != nil {
		return nil, err
	}
	list, _ := done.([]any)
	switch {
	case name == "Fn::GetAtt" && len(list) == 2:
		return t.attribute(fmt.Sprint(list[0]), fmt.Sprint(list[1]))
	case name == "Fn::FindInMap" && len(list) == 3:
		value, ok := t.Mappings[fmt.Sprint(list[0])][fmt.Sprint(list[1])][fmt.Sprint(list[2])]
		if !ok {
			return nil, fmt.Errorf("there is no %v in the Mappings", list)
		}
		return value, nil
	case name == "Fn::Join" && len(list) == 2:
		parts, _ := list[1].([]any)
		texts := make([]string, len(parts))
		for i, p := range parts {
			texts[i] = fmt.Sprint(p)
		}
		return strings.Join(texts, fmt.Sprint(list[0])), nil
	}
	return nil, fmt.Errorf("the fgctl sandbox does not know this use of %s", name)
}

// ref returns what a Ref refers to; nil is AWS::NoValue.
func (t *template) ref(name string) (any, error) {
	c := t.call
	switch name {
	case "AWS::Partition":
		return c.World.Partition, nil
	case "AWS::AccountId":
		return c.World.Account, nil
	case "AWS::Region":
		return c.Region, nil
	case "AWS::StackName":
		return t.stack.Name, nil
	case "AWS::StackId":
		return t.stack.ID, nil
	case "AWS::NoValue":
		return nil, nil
	}
	if r := t.roles[name]; r != nil {
		return r.Name, nil
	}
	if p, ok := t.Parameters[name]; ok {
		for _, at := range c.List("Parameters.member") {
			if c.Query.Get(at+".ParameterKey") == name {
				return c.Query.Get(at + ".ParameterValue"), nil
			}
		}
		return p.Default, nil
	}
	return nil, fmt.Errorf("unresolved resource dependencies [%s]", name)
}

// attribute returns an attribute of a role.
func (t *template) attribute(id, name string) (any, error) {
	r := t.roles[id]
	switch {
	case r == nil:
		return nil, fmt.Errorf("unresolved resource dependencies [%s]", id)
	case name == "Arn":
		return t.call.World.RoleARN(r.Role), nil
	case name == "RoleId":
		return r.ID, nil
	}
	return nil, fmt.Errorf("a role has no attribute %s", name)
}

// sub replaces ${Name} and ${Resource.Attribute} in a text.
func (t *template) sub(text string) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", fmt.Errorf("%q has no end", "${"+rest)
		}
		var value any
		var err error
		if id, attribute, dotted := strings.Cut(name, "."); dotted {
			value, err = t.attribute(id, attribute)
		} else {
			value, err = t.ref(name)
		}
		if err != nil {
			return "", err
		}
		fmt.Fprint(&out, value)
		text = after
	}
}
