package eks

import (
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// aboutARN finds cluster and profile in arn:…:fargateprofile/<cluster>/<profile>/<uuid> or arn:…:cluster/<cluster>.
func aboutARN(c *wire.Call) {
	if parts := strings.Split(c.Resource, "/"); len(parts) >= 3 {
		c.Cluster, c.Profile = parts[1], parts[2]
	} else if len(parts) == 2 {
		c.Cluster = parts[1]
	}
}

// nothing refuses an ARN that nothing has; the text is not AWS's.
func nothing(c *account.Call) *wire.Refusal {
	return wire.NotFound("NotFoundException", "No resource found for ARN: "+c.Resource)
}

// tagged finds the tags of the resource that a request names, and its cluster.
func tagged(c *account.Call) (*map[string]string, *account.Cluster, *wire.Refusal) {
	if parts := strings.SplitN(c.Resource, ":", 6); len(parts) != 6 || parts[0] != "arn" || parts[2] != "eks" {
		// Not AWS's text.
		return nil, nil, wire.BadRequest(badRequest, "The ARN "+c.Resource+" is not one of EKS.")
	}
	if cl := c.Find(c.Region, c.Cluster); cl != nil {
		if cl.ARN == c.Resource {
			return &cl.Tags, cl, nil
		}
		if p := c.Seen().Find(c.Profile); p != nil && p.ARN == c.Resource {
			return &p.Tags, cl, nil
		}
		for i, e := range cl.AccessEntries {
			if entryARN(c, cl, e) == c.Resource {
				return &cl.AccessEntries[i].Tags, cl, nil
			}
		}
	}
	return nil, nil, nothing(c)
}

func listTags(c *account.Call) (any, *wire.Refusal) {
	tags, _, refused := tagged(c)
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"tags": account.Tags(*tags)}, nil
}

func tagResource(c *account.Call) (any, *wire.Refusal) {
	tags, cl, refused := tagged(c)
	if refused != nil {
		return nil, refused
	}
	var request struct {
		Tags map[string]string `json:"tags"`
	}
	if refused := read(c, &request); refused != nil {
		return nil, refused
	}
	merged, fault := account.WithTags(*tags, request.Tags)
	if fault != "" {
		return nil, wire.BadRequest(badRequest, fault)
	}
	cl.Writing(c.Now)
	*tags = merged
	return nil, nil
}

func untagResource(c *account.Call) (any, *wire.Refusal) {
	tags, cl, refused := tagged(c)
	if refused != nil {
		return nil, refused
	}
	keys := c.Query["tagKeys"]
	if len(keys) == 0 || len(keys) > 50 {
		// Not AWS's text; the bounds are the model's (TagKeyList).
		return nil, wire.BadRequest(badRequest, "tagKeys must hold 1 to 50 keys.")
	}
	cl.Writing(c.Now)
	*tags = account.WithoutTags(*tags, keys)
	return nil, nil
}
