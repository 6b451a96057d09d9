package eks_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

// What moto's tests ask of lists: none, all, pages of any size, sorted by name.
func TestListsLikeMoto(t *testing.T) {
	const count = 150
	var want []string
	full := bench.Serve(t, func(w *sandbox.World) {
		w.Quotas.Profiles = count
		for i := range count {
			name := fmt.Sprintf("profile-%03d", (i*7)%count) // not in the order of their names
			want = append(want, name)
			w.Cluster("demo").Profiles = append(w.Cluster("demo").Profiles, sandbox.Profile{
				Name: name, Role: "fargate-pods", Selectors: []sandbox.Selector{{Namespace: "web"}},
			})
		}
	})
	slices.Sort(want)
	list := func(b *bench.Bench, size *int32, token *string) *eks.ListFargateProfilesOutput {
		t.Helper()
		out, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo"), MaxResults: size, NextToken: token})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := list(bench.Serve(t), nil, nil); len(out.FargateProfileNames) != 0 || out.NextToken != nil {
		t.Errorf("an empty cluster has %v", out.FargateProfileNames)
	}
	first := list(full, nil, nil)
	if !slices.Equal(first.FargateProfileNames, want[:100]) || first.NextToken == nil {
		t.Errorf("by default there are %d", len(first.FargateProfileNames))
	}
	if rest := list(full, nil, first.NextToken); !slices.Equal(rest.FargateProfileNames, want[100:]) || rest.NextToken != nil {
		t.Errorf("then there are %d", len(rest.FargateProfileNames))
	}
	ten := list(full, aws.Int32(10), nil)
	if more := list(full, aws.Int32(10), ten.NextToken); !slices.Equal(append(ten.FargateProfileNames, more.FargateProfileNames...), want[:20]) {
		t.Errorf("pages of ten: %v, %v", ten.FargateProfileNames, more.FargateProfileNames)
	}
}
