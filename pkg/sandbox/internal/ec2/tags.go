package ec2

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// tagList is DescribeTags: a thing for each tag of another. It has no ids, so it stands apart from the listings.
var tagList = listing{
	operation: "DescribeTags", set: "tagSet", minPage: 5, maxPage: 1000, things: tags,
	filters: "key resource-id resource-type tag value",
}

// kinds are the types of tagged things by the prefix of their ids (EC2 API, DescribeTags).
var kinds = map[string]string{
	"vpc": "vpc", "subnet": "subnet", "rtb": "route-table", "vpce": "vpc-endpoint", "nat": "natgateway",
	"igw": "internet-gateway", "sg": "security-group", "eni": "network-interface",
}

func tags(c *account.Call) (out []thing) {
	type tagXML struct {
		ID    string `xml:"resourceId"`
		Type  string `xml:"resourceType"`
		Key   string `xml:"key"`
		Value string `xml:"value"`
	}
	for _, l := range listings {
		for _, t := range l.things(c) {
			prefix, _, _ := strings.Cut(t.id, "-")
			for _, x := range wire.Tags(t.tags) {
				filters := map[string][]string{
					"key": {x.Key}, "value": {x.Value}, "resource-id": {t.id}, "resource-type": {kinds[prefix]},
				}
				own := map[string]string{x.Key: x.Value}
				out = append(out, thing{t.id, own, filters, tagXML{t.id, kinds[prefix], x.Key, x.Value}})
			}
		}
	}
	return out
}

// tagged returns the things whose ids a request names.
func tagged(c *account.Call) ([]thing, *wire.Refusal) {
	var out []thing
	for _, id := range c.Values("ResourceId") {
		l := slices.IndexFunc(listings, func(l listing) bool { return l.prefix != "" && strings.HasPrefix(id, l.prefix) })
		if l < 0 {
			return nil, wire.BadRequest("InvalidID", "The ID '"+id+"' is not valid")
		}
		things := listings[l].things(c)
		i := slices.IndexFunc(things, func(t thing) bool { return t.id == id })
		if i < 0 {
			return nil, wire.BadRequest(listings[l].code, fmt.Sprintf(listings[l].text, id))
		}
		out = append(out, things[i])
	}
	return out, nil
}

// changeTags changes the tags of all things that a request names, or of none.
func changeTags(c *account.Call, change func(tags map[string]string)) (any, *wire.Refusal) {
	things, refused := tagged(c)
	if refused != nil {
		return nil, refused
	}
	if len(things) == 0 {
		return nil, wire.BadRequest("MissingParameter", "The request must contain the parameter ResourceId") // not AWS's text
	}
	changed := map[string]map[string]string{}
	for _, t := range things {
		tags := account.Tags(t.tags)
		change(tags)
		if text := account.TooManyTags(tags); text != "" {
			return nil, wire.BadRequest("TagLimitExceeded", text)
		}
		changed[t.id] = tags
	}
	maps.Copy(c.EC2Tags, changed)
	return wire.Fields{{Name: "return", Value: true}}, nil
}

func createTags(c *account.Call) (any, *wire.Refusal) {
	added := map[string]string{}
	for _, at := range c.List("Tag") {
		added[c.Query.Get(at+".Key")] = c.Query.Get(at + ".Value")
	}
	if len(added) == 0 {
		return nil, wire.BadRequest("MissingParameter", "The request must contain the parameter Tag") // not AWS's text
	}
	if text := account.TagFault(added); text != "" {
		return nil, wire.BadRequest("InvalidParameterValue", text)
	}
	return changeTags(c, func(tags map[string]string) { maps.Copy(tags, added) })
}

// deleteTags removes tags by key, and where a value is given only those that have it; without tags all.
func deleteTags(c *account.Call) (any, *wire.Refusal) {
	all := true
	return changeTags(c, func(tags map[string]string) {
		for _, at := range c.List("Tag") {
			all = false
			key := c.Query.Get(at + ".Key")
			if value := at + ".Value"; !c.Query.Has(value) || c.Query.Get(value) == tags[key] {
				delete(tags, key)
			}
		}
		if all {
			clear(tags)
		}
	})
}
