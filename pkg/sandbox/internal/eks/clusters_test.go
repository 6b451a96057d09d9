package eks_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

func newCluster(name string) *eks.CreateClusterInput {
	return &eks.CreateClusterInput{
		Name: aws.String(name), RoleArn: aws.String("arn:aws:iam::111122223333:role/eks-cluster"), Version: aws.String("1.35"),
		ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: []string{bench.PrivateA, bench.PrivateB}},
		AccessConfig:       &types.CreateAccessConfigRequest{AuthenticationMode: types.AuthenticationModeApi},
	}
}

func TestLifeOfACluster(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.Delays.Cluster, w.Delays.Update = time.Minute, 20*time.Second })
	name := aws.String("new")
	status := func() types.ClusterStatus {
		t.Helper()
		out, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		return out.Cluster.Status
	}
	made, err := b.EKS.CreateCluster(ctx, newCluster("new"))
	if err != nil {
		t.Fatal(err)
	}
	c := made.Cluster
	if c.Status != "CREATING" || aws.ToString(c.Version) != "1.35" || aws.ToString(c.ResourcesVpcConfig.VpcId) != "vpc-0d3e0000000000001" ||
		c.ResourcesVpcConfig.EndpointPrivateAccess || !c.ResourcesVpcConfig.EndpointPublicAccess {
		t.Errorf("%+v", c)
	}
	if _, err := b.EKS.CreateCluster(ctx, newCluster("new")); bench.Code(err) != "ResourceInUseException" || bench.Message(err) != "Cluster already exists with name: new" {
		t.Error(err)
	}
	early := bench.Input("web")
	early.ClusterName = name
	if _, err := b.EKS.CreateFargateProfile(ctx, early); bench.Code(err) != "InvalidRequestException" {
		t.Error(err)
	}
	b.Clock.Advance(time.Minute)
	if got := status(); got != "ACTIVE" {
		t.Error(got)
	}

	update, err := b.EKS.UpdateClusterConfig(ctx, &eks.UpdateClusterConfigInput{Name: name, ResourcesVpcConfig: &types.VpcConfigRequest{
		EndpointPrivateAccess: aws.Bool(true), PublicAccessCidrs: []string{"203.0.113.0/24"},
	}})
	var params []string
	for _, p := range update.Update.Params {
		params = append(params, string(p.Type)+" "+aws.ToString(p.Value))
	}
	if err != nil || update.Update.Status != "InProgress" || update.Update.Type != "EndpointAccessUpdate" ||
		!slices.Equal(params, []string{"EndpointPrivateAccess true", `PublicAccessCidrs ["203.0.113.0/24"]`}) {
		t.Fatalf("%+v, %v", update, err)
	}
	if err := func() error { _, err := b.EKS.CreateFargateProfile(ctx, early); return err }(); bench.Code(err) != "ResourceInUseException" {
		t.Error(err)
	}
	if _, err := b.EKS.DeleteCluster(ctx, &eks.DeleteClusterInput{Name: name}); bench.Code(err) != "ResourceInUseException" {
		t.Error(err)
	}
	b.Clock.Advance(20 * time.Second)
	list, err := b.EKS.ListUpdates(ctx, &eks.ListUpdatesInput{Name: name})
	if err != nil || !slices.Equal(list.UpdateIds, []string{aws.ToString(update.Update.Id)}) {
		t.Errorf("%+v, %v", list, err)
	}
	others, err := b.EKS.ListUpdates(ctx, &eks.ListUpdatesInput{Name: name, NodegroupName: aws.String("general")})
	if err != nil || len(others.UpdateIds) != 0 {
		t.Errorf("%+v, %v", others, err)
	}
	done, err := b.EKS.DescribeUpdate(ctx, &eks.DescribeUpdateInput{Name: name, UpdateId: update.Update.Id})
	if err != nil || done.Update.Status != "Successful" {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := b.EKS.DescribeUpdate(ctx, &eks.DescribeUpdateInput{Name: name, UpdateId: aws.String("x")}); bench.Code(err) != "ResourceNotFoundException" {
		t.Error(err)
	}
	out, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: name})
	if err != nil || !out.Cluster.ResourcesVpcConfig.EndpointPrivateAccess || !slices.Equal(out.Cluster.ResourcesVpcConfig.PublicAccessCidrs, []string{"203.0.113.0/24"}) {
		t.Errorf("%+v, %v", out.Cluster.ResourcesVpcConfig, err)
	}

	if _, err := b.EKS.DeleteCluster(ctx, &eks.DeleteClusterInput{Name: name}); err != nil {
		t.Error(err)
	}
	if got := status(); got != "DELETING" {
		t.Error(got)
	}
	b.Clock.Advance(time.Minute)
	if _, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: name}); bench.Code(err) != "ResourceNotFoundException" {
		t.Error(err)
	}
	clusters, err := b.EKS.ListClusters(ctx, nil)
	if err != nil || !slices.Equal(clusters.Clusters, []string{"demo"}) {
		t.Errorf("%v, %v", clusters, err)
	}
}

func TestClusterRefusals(t *testing.T) {
	b := bench.Serve(t, bench.With("web", "ACTIVE"))
	_, busy := b.EKS.DeleteCluster(ctx, &eks.DeleteClusterInput{Name: aws.String("demo")})
	nowhere := newCluster("x")
	nowhere.ResourcesVpcConfig.SubnetIds = []string{"subnet-none"}
	_, lost := b.EKS.CreateCluster(ctx, nowhere)
	if bench.Message(busy) != "Cluster has Fargate Profiles in ACTIVE/CREATING state" || bench.Code(lost) != "InvalidParameterException" {
		t.Error(busy, lost)
	}
	old := newCluster("x")
	old.Version = aws.String("1.24")
	_, err := b.EKS.CreateCluster(ctx, old)
	if bench.Code(err) != "InvalidParameterException" || bench.Message(err) != "unsupported Kubernetes version 1.24" {
		t.Error(err)
	}
	none := aws.String("none")
	_, update := b.EKS.UpdateClusterConfig(ctx, &eks.UpdateClusterConfigInput{Name: none})
	_, remove := b.EKS.DeleteCluster(ctx, &eks.DeleteClusterInput{Name: none})
	_, nodes := b.EKS.ListNodegroups(ctx, &eks.ListNodegroupsInput{ClusterName: none})
	_, updates := b.EKS.ListUpdates(ctx, &eks.ListUpdatesInput{Name: none})
	_, entries := b.EKS.ListAccessEntries(ctx, &eks.ListAccessEntriesInput{ClusterName: none})
	_, pods := b.EKS.ListPodIdentityAssociations(ctx, &eks.ListPodIdentityAssociationsInput{ClusterName: none})
	for _, err := range []error{update, remove, nodes, updates, entries, pods} {
		if bench.Message(err) != "No cluster found for name: none." {
			t.Error(err)
		}
	}
}

// A client that has lost the answer and sends the request again, with its token, gets what the first one made.
func TestSentAgain(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.Delays.Update = time.Minute })
	token := aws.String("one")
	create := newCluster("new")
	create.ClientRequestToken = token
	var updates, created []string
	for range 2 {
		cluster, err := b.EKS.CreateCluster(ctx, create)
		if err != nil {
			t.Fatal(err)
		}
		update, err := b.EKS.UpdateClusterConfig(ctx, &eks.UpdateClusterConfigInput{
			Name: aws.String("demo"), ClientRequestToken: token, ResourcesVpcConfig: &types.VpcConfigRequest{EndpointPublicAccess: aws.Bool(false)},
		})
		if err != nil {
			t.Fatal(err)
		}
		entry, err := b.EKS.CreateAccessEntry(ctx, &eks.CreateAccessEntryInput{ClusterName: aws.String("demo"), PrincipalArn: aws.String(bench.BadRole), ClientRequestToken: token})
		if err != nil {
			t.Fatal(err)
		}
		updates = append(updates, aws.ToString(update.Update.Id))
		created = append(created, cluster.Cluster.CreatedAt.String()+entry.AccessEntry.CreatedAt.String())
		b.Clock.Advance(time.Second)
	}
	if updates[0] != updates[1] || created[0] != created[1] {
		t.Errorf("%q, %q", updates, created)
	}
	create.Version = aws.String("1.34")
	if _, err := b.EKS.CreateCluster(ctx, create); bench.Code(err) != "ResourceInUseException" {
		t.Errorf("another request with the token: %v", err)
	}
}

// The authentication mode changes by one step and not back; what the sandbox cannot change it refuses.
func TestUpdateOfAccess(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.Cluster("demo").AuthenticationMode = "CONFIG_MAP" })
	for _, test := range []struct {
		mode types.AuthenticationMode
		want string
	}{
		{"API", "Unsupported authentication mode update from CONFIG_MAP to API"},
		{"API_AND_CONFIG_MAP", ""},
		{"CONFIG_MAP", "Unsupported authentication mode update from API_AND_CONFIG_MAP to CONFIG_MAP"},
		{"API_AND_CONFIG_MAP", "Unsupported authentication mode update from API_AND_CONFIG_MAP to API_AND_CONFIG_MAP"},
		{"API", ""},
		{"API_AND_CONFIG_MAP", "Unsupported authentication mode update from API to API_AND_CONFIG_MAP"},
	} {
		out, err := b.EKS.UpdateClusterConfig(ctx, &eks.UpdateClusterConfigInput{
			Name: aws.String("demo"), AccessConfig: &types.UpdateAccessConfigRequest{AuthenticationMode: test.mode},
		})
		if bench.Message(err) != test.want || (err == nil && aws.ToString(out.Update.Params[0].Value) != `"`+string(test.mode)+`"`) {
			t.Errorf("%s: %+v, %v", test.mode, out, err)
		}
		b.Clock.Advance(time.Minute)
	}
	_, err := b.EKS.UpdateClusterConfig(ctx, &eks.UpdateClusterConfigInput{Name: aws.String("demo"), DeletionProtection: aws.Bool(true)})
	if bench.Code(err) != "InvalidParameterException" || !strings.HasPrefix(bench.Message(err), "The fgctl sandbox ") {
		t.Error(err)
	}
}

func TestWhatAClusterHas(t *testing.T) {
	cluster := aws.String("demo")
	b := bench.Serve(t, func(w *sandbox.World) {
		c := w.Cluster("demo")
		c.Nodegroups = []world.Nodegroup{{Name: "n2", Role: "fargate-pods"}, {Name: "n1", Role: "arn:aws:iam::111122223333:role/nodes"}}
		c.Addons = []string{"vpc-cni", "coredns"}
		c.PodIdentities = []world.PodIdentity{{Namespace: "web", ServiceAccount: "api"}, {Namespace: "jobs", ServiceAccount: "api"}}
	})
	nodegroups, err := b.EKS.ListNodegroups(ctx, &eks.ListNodegroupsInput{ClusterName: cluster})
	if err != nil || !slices.Equal(nodegroups.Nodegroups, []string{"n1", "n2"}) {
		t.Errorf("%v, %v", nodegroups, err)
	}
	n2, err := b.EKS.DescribeNodegroup(ctx, &eks.DescribeNodegroupInput{ClusterName: cluster, NodegroupName: aws.String("n2")})
	if err != nil || aws.ToString(n2.Nodegroup.NodeRole) != bench.GoodRole || n2.Nodegroup.Status != "ACTIVE" {
		t.Errorf("%+v, %v", n2, err)
	}
	if _, err := b.EKS.DescribeNodegroup(ctx, &eks.DescribeNodegroupInput{ClusterName: cluster, NodegroupName: aws.String("x")}); bench.Code(err) != "ResourceNotFoundException" {
		t.Error(err)
	}
	addons, err := b.EKS.ListAddons(ctx, &eks.ListAddonsInput{ClusterName: cluster, MaxResults: aws.Int32(1)})
	if err != nil || !slices.Equal(addons.Addons, []string{"coredns"}) || addons.NextToken == nil {
		t.Errorf("%v, %v", addons, err)
	}
	if _, err := b.EKS.DescribeAddon(ctx, &eks.DescribeAddonInput{ClusterName: cluster, AddonName: aws.String("coredns")}); err != nil {
		t.Error(err)
	}
	_, none := b.EKS.DescribeAddon(ctx, &eks.DescribeAddonInput{ClusterName: cluster, AddonName: aws.String("x")})
	if bench.Code(none) != "ResourceNotFoundException" || bench.Message(none) != "No addon: x found in cluster: demo" {
		t.Error(none)
	}
	pods, err := b.EKS.ListPodIdentityAssociations(ctx, &eks.ListPodIdentityAssociationsInput{ClusterName: cluster, Namespace: aws.String("web")})
	if err != nil || len(pods.Associations) != 1 || aws.ToString(pods.Associations[0].ServiceAccount) != "api" {
		t.Errorf("%+v, %v", pods, err)
	}
	first, err := b.EKS.ListPodIdentityAssociations(ctx, &eks.ListPodIdentityAssociationsInput{ClusterName: cluster, MaxResults: aws.Int32(1)})
	if err != nil || len(first.Associations) != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := b.EKS.ListPodIdentityAssociations(ctx, &eks.ListPodIdentityAssociationsInput{ClusterName: cluster, MaxResults: aws.Int32(1), NextToken: first.NextToken})
	if err != nil || len(second.Associations) != 1 || aws.ToString(second.Associations[0].Namespace) != "jobs" || second.NextToken != nil {
		t.Errorf("%+v, %v", second, err)
	}
	_, many := b.EKS.ListPodIdentityAssociations(ctx, &eks.ListPodIdentityAssociationsInput{ClusterName: cluster, MaxResults: aws.Int32(101)})
	_, versions := b.EKS.DescribeClusterVersions(ctx, &eks.DescribeClusterVersionsInput{MaxResults: aws.Int32(101)})
	if bench.Code(many) != "InvalidParameterException" || bench.Code(versions) != "InvalidParameterException" {
		t.Error(many, versions)
	}
	if _, err := b.EKS.DeleteCluster(ctx, &eks.DeleteClusterInput{Name: cluster}); bench.Message(err) != "Cluster has nodegroups attached" {
		t.Error(err)
	}
}

// EKS makes the access entry of a profile's role in the modes that have entries.
func TestAccessEntries(t *testing.T) {
	cluster := aws.String("demo")
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Roles = append(w.Roles, sandbox.Role{Name: "admin", Path: "/team/", Trust: "{}"})
	})
	b.Create(t, "web")
	role, admin := aws.String(bench.GoodRole), aws.String("arn:aws:iam::111122223333:role/team/admin")
	made, err := b.EKS.DescribeAccessEntry(ctx, &eks.DescribeAccessEntryInput{ClusterName: cluster, PrincipalArn: role})
	if err != nil || aws.ToString(made.AccessEntry.Type) != "FARGATE_LINUX" || aws.ToString(made.AccessEntry.Username) != "system:node:{{SessionName}}" {
		t.Fatalf("%+v, %v", made, err)
	}
	in := &eks.CreateAccessEntryInput{ClusterName: cluster, PrincipalArn: admin, KubernetesGroups: []string{"admins"}, Tags: map[string]string{"a": "b"}}
	own, err := b.EKS.CreateAccessEntry(ctx, in)
	if err != nil || aws.ToString(own.AccessEntry.Type) != "STANDARD" || aws.ToString(own.AccessEntry.Username) != *admin || own.AccessEntry.Tags["a"] != "b" {
		t.Errorf("%+v, %v", own, err)
	}
	arn := own.AccessEntry.AccessEntryArn
	if _, err := b.EKS.TagResource(ctx, &eks.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"c": "d"}}); err != nil {
		t.Error(err)
	}
	if tags, err := b.EKS.ListTagsForResource(ctx, &eks.ListTagsForResourceInput{ResourceArn: arn}); err != nil || len(tags.Tags) != 2 {
		t.Errorf("%+v, %v", tags, err)
	}
	changed, err := b.EKS.UpdateAccessEntry(ctx, &eks.UpdateAccessEntryInput{ClusterName: cluster, PrincipalArn: admin, Username: aws.String("me")})
	if err != nil || aws.ToString(changed.AccessEntry.Username) != "me" || len(changed.AccessEntry.KubernetesGroups) != 1 {
		t.Errorf("%+v, %v", changed, err)
	}
	in.ClientRequestToken = nil // the SDK has filled it in
	if _, err := b.EKS.CreateAccessEntry(ctx, in); bench.Code(err) != "ResourceInUseException" {
		t.Error(err)
	}
	list, err := b.EKS.ListAccessEntries(ctx, &eks.ListAccessEntriesInput{ClusterName: cluster})
	if err != nil || !slices.Equal(list.AccessEntries, []string{*role, *admin}) {
		t.Errorf("%v, %v", list, err)
	}
	_, byPolicy := b.EKS.ListAccessEntries(ctx, &eks.ListAccessEntriesInput{ClusterName: cluster, AssociatedPolicyArn: aws.String("x")})
	if !strings.HasPrefix(bench.Message(byPolicy), "The fgctl sandbox ") {
		t.Error(byPolicy)
	}
	if _, err := b.EKS.DeleteAccessEntry(ctx, &eks.DeleteAccessEntryInput{ClusterName: cluster, PrincipalArn: admin}); err != nil {
		t.Error(err)
	}
	if _, err := b.EKS.DescribeAccessEntry(ctx, &eks.DescribeAccessEntryInput{ClusterName: cluster, PrincipalArn: admin}); bench.Code(err) != "ResourceNotFoundException" {
		t.Error(err)
	}

	for _, wrong := range []*eks.CreateAccessEntryInput{
		{ClusterName: cluster, PrincipalArn: admin, Type: aws.String("ADMIN")},
		{ClusterName: cluster, PrincipalArn: admin, Type: aws.String("EC2_LINUX"), KubernetesGroups: []string{"admins"}},
	} {
		if _, err := b.EKS.CreateAccessEntry(ctx, wrong); bench.Code(err) != "InvalidParameterException" {
			t.Error(err)
		}
	}
	// The creator of a cluster is its admin, unless it says no.
	for _, bootstrap := range []*bool{nil, aws.Bool(false)} {
		in := newCluster("new")
		in.AccessConfig.BootstrapClusterCreatorAdminPermissions = bootstrap
		c := bench.Serve(t)
		if _, err := c.EKS.CreateCluster(ctx, in); err != nil {
			t.Fatal(err)
		}
		list, err := c.EKS.ListAccessEntries(ctx, &eks.ListAccessEntriesInput{ClusterName: in.Name})
		if err != nil || slices.Contains(list.AccessEntries, "arn:aws:iam::111122223333:user/sandbox") != (bootstrap == nil) {
			t.Errorf("%v: %v, %v", bootstrap, list, err)
		}
	}

	old := bench.Serve(t, func(w *sandbox.World) { w.Cluster("demo").AuthenticationMode = "CONFIG_MAP" })
	old.Create(t, "web")
	if _, err := old.EKS.ListAccessEntries(ctx, &eks.ListAccessEntriesInput{ClusterName: cluster}); bench.Code(err) != "InvalidRequestException" {
		t.Error(err)
	}
}

// A cluster shows which logs are on: Terraform plans a change again and again where it does not.
func TestClusterLogging(t *testing.T) {
	b := bench.Serve(t, func(*sandbox.World) {})
	update := func(enabled bool, logs ...types.LogType) error {
		_, err := b.EKS.UpdateClusterConfig(ctx, &eks.UpdateClusterConfigInput{
			Name: aws.String("demo"), Logging: &types.Logging{ClusterLogging: []types.LogSetup{{Types: logs, Enabled: &enabled}}},
		})
		b.Clock.Advance(time.Minute)
		return err
	}
	if err := errors.Join(update(true, "audit", "api"), update(false, "api")); err != nil {
		t.Fatal(err)
	}
	out, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: aws.String("demo")})
	if err != nil {
		t.Fatal(err)
	}
	got := out.Cluster.Logging.ClusterLogging
	if len(got) != 2 || !slices.Equal(got[0].Types, []types.LogType{"audit"}) || !*got[0].Enabled || len(got[1].Types) != 4 || *got[1].Enabled {
		t.Errorf("%+v", got)
	}
	if err := update(true, "etcd"); bench.Message(err) != "unsupported log type etcd" {
		t.Error(err)
	}
}
