package message

import (
	"slices"
	"strings"
	"testing"
)

// Every row recognises its own example, as itself and first, with every part filled in and every word in place.
func TestRowsKnowTheirExamples(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range All() {
		if seen[k.Code] {
			t.Errorf("%s is there twice", k.Code)
		}
		seen[k.Code] = true
		got := Explain(k.Example)
		if !slices.ContainsFunc(got, func(m Meaning) bool { return m.Code == k.Code }) {
			t.Errorf("%s: %q means %v", k.Code, k.Example, got)
		}
		for name, text := range map[string]string{"cause": k.Cause, "cure": k.Cure, "source": k.Source, "by": k.By} {
			if text == "" || strings.ContainsAny(text, "{}") || strings.HasSuffix(text, ".") {
				t.Errorf("%s: its %s is %q", k.Code, name, text)
			}
		}
	}
}

// What stands around a message, where it is pasted from JSON or quotes, is no part of it.
func TestPartsEndWithTheMessage(t *testing.T) {
	for _, k := range All() {
		for _, around := range []string{`{"items":[{"message":"%s"}]}`, `Error: "%s".`, "'%s'", "(%s)", "<b>%s</b>", "%s,"} {
			text := strings.Replace(around, "%s", strings.ReplaceAll(k.Example, `"`, `\"`), 1)
			known := Explain(text)
			if !slices.ContainsFunc(known, func(m Meaning) bool { return m.Code == k.Code }) && strings.Contains(k.Example, " ") {
				t.Errorf("%s is not found in %s", k.Code, text)
			}
			for _, m := range known {
				for name, part := range m.Parts {
					if m.Code == k.Code && part != k.Parts[name] {
						t.Errorf("%s of %s is %q in %s", name, k.Code, part, text)
					}
				}
			}
		}
	}
}

// What other services say too is not explained as EKS's.
func TestOtherServices(t *testing.T) {
	for _, text := range []string{
		"upload failed: s3://b/x AccessDenied: Access Denied", "AWS::S3::Bucket CREATE_FAILED b already exists",
		"An error occurred (InternalFailure) when calling the ListThings operation", "AccessDenied: Access Denied",
		"ResourceLimitExceededException: The account-level service limit for training jobs is 0",
	} {
		if got := Explain(text); len(got) > 0 {
			t.Errorf("%q: %v", text, got)
		}
	}
	text := `{"fargateProfile": {"health": {"issues": [{"code": "AccessDenied", "message": "no"}]}}}`
	if got := Explain(text); len(got) != 1 || got[0].Code != "health-access-denied" {
		t.Errorf("%q: %v", text, got)
	}
}

// What a text holds is explained part by part, and what is particular goes before what is general.
func TestExplain(t *testing.T) {
	for _, c := range []struct {
		text  string
		codes []string
		parts map[string]string
	}{
		{"", nil, nil},
		{"hello", nil, nil},
		{
			"Pod not supported on Fargate: invalid SecurityContext fields: Capabilities added: CAP_CHOWN, fields not " +
				"supported: HostNetwork, volumes not supported: host-logs",
			[]string{"capability", "field", "volume-type"},
			map[string]string{"capability": "CAP_CHOWN", "field": "HostNetwork", "volume": "host-logs"},
		},
		{
			"Pod not supported on Fargate: volumes not supported: data not supported because: PVC claim-1 not bound",
			[]string{"claim-not-bound"},
			map[string]string{"volume": "data", "claim": "claim-1"},
		},
		{
			"Warning FailedScheduling 2m fargate-scheduler Misconfigured Fargate Profile: fargate profile web blocked " +
				"for " +
				"new launches due to: Pod execution role is not found in auth config or does not have all required\n" +
				"permissions for launching fargate pods.",
			[]string{"role-not-in-auth-config"},
			map[string]string{"profile": "web"},
		},
		{
			"Misconfigured Fargate Profile: fargate profile web blocked for new launches due to: the moon",
			[]string{"profile-blocked"},
			map[string]string{"profile": "web"},
		},
		{
			"An error occurred (ResourceInUseException) when calling the DeleteFargateProfile operation: Cannot Delete " +
				"Fargate " +
				"Profile web because cluster demo currently has Fargate profile api in status DELETING",
			[]string{"busy-sibling"},
			map[string]string{"sibling": "api", "status": "DELETING", "cluster": "demo"},
		},
		{
			"0/3 nodes are available: 3 node(s) had taint {eks.amazonaws.com/compute-type: fargate}, that the pod didn't " +
				"tolerate.", []string{"untouched"}, nil,
		},
		{"Warning  FailedScheduling  default-scheduler  no nodes available to schedule pods", []string{"untouched"}, nil},
		{
			`failed to write "200000" to "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us": invalid argument`,
			[]string{"cpu-quota"},
			nil,
		},
		{"Error: ErrImagePull; Failed to pull image \"shop:1\": not found", []string{"image-pull"}, nil},
		{"0/2 nodes are available: 2 node(s) didn't match node selector.", []string{"other-nodes"}, nil},
		{"MISCONFIGURED PODEXECUTIONROLE TRUST POLICY", []string{"trust-policy"}, nil},
		{"Pod not supported on Fargate: a fault of tomorrow", []string{"unsupported"}, nil},
		{"0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint " +
			"{eks.amazonaws.com/compute-type: fargate}. " +
			"preemption: 0/3 nodes are available", []string{"untouched", "no-room"}, map[string]string{"resource": "cpu"}},
	} {
		got := Explain(c.text)
		var codes []string
		parts := map[string]string{}
		for _, m := range got {
			codes = append(codes, m.Code)
			for k, v := range m.Parts {
				parts[k] = v
			}
		}
		if !slices.Equal(codes, c.codes) {
			t.Errorf("%q: got %v, want %v", c.text, codes, c.codes)
		}
		for k, v := range c.parts {
			if parts[k] != v {
				t.Errorf("%q: %s is %q, want %q", c.text, k, parts[k], v)
			}
		}
	}
}

// Every text of EKS, of the schedulers and of what stands around them that is known from public reports and from the
// API's model is explained, the fault itself and not only what it begins with.
func TestReportedTexts(t *testing.T) {
	for text, code := range map[string]string{
		"ResourceInUseException: A Fargate Profile already exists with this name in this cluster.":                                 "exists",
		"Cannot create Fargate Profile X because cluster Y currently has Fargate profile Z in status CREATING":                     "busy-sibling",
		"Cannot create Fargate Profile X because cluster Y currently has Fargate profile Z in status DELETING":                     "busy-sibling",
		"Cannot Delete Fargate Profile X because cluster Y currently has Fargate profile Z in status DELETING":                     "busy-sibling",
		"Cannot Delete Fargate Profile X because cluster Y currently has an update in progress":                                    "update-in-progress",
		"Cannot create Fargate Profile X because cluster Y currently has an update in progress":                                    "update-in-progress",
		"Cluster has Fargate Profiles in ACTIVE/CREATING state":                                                                    "profiles-left",
		"No Fargate Profile found with name: X.":                                                                                   "profile-missing",
		"No cluster found for name: Y.":                                                                                            "cluster-missing",
		"Cluster 'Y' is not in ACTIVE status":                                                                                      "cluster-not-active",
		"Kubelet version of Fargate pods must be updated to match cluster version 1.20 before updating cluster version":            "kubelet-skew",
		"Request contains more than 5 Selectors":                                                                                   "selectors-many",
		"Request contains Selector with more than 5 Label pairs":                                                                   "labels-many",
		"Fargate Profile requires at least one selector.":                                                                          "selector-none",
		"Fargate Profile must have at least one selector with at least one namespace value.":                                       "selector-none",
		"The Fargate profile name parameter contains invalid characters. It should begin with letter or digit":                     "name-characters",
		"The Fargate profile name parameter should not be greater than 100 characters.":                                            "name-length",
		"InvalidParameterException: The fargate profile name starts with the reserved prefix: 'eks-'.":                             "name-reserved",
		"The namespace provided is invalid.":                                                                                       "namespace-invalid",
		"Selector label provided is invalid.":                                                                                      "label-invalid",
		"Subnet subnet-0ab49c01946ecc462 provided in Fargate Profile is not a private subnet":                                      "public-subnet",
		"UnsupportedAvailabilityZoneException: Fargate Profile creation for the Availability Zone a for Subnet s is not supported": "zone-refused",
		"UnsupportedAvailabilityZoneException":                                                                                     "zones",
		"ResourceLimitExceededException: ":                                                                                         "quota",
		"ResourceLimitExceededException: Request contains more than 5 Selectors":                                                   "selectors-many",
		"Missing permissions for \"ec2:DescribeSubnets\"":                                                                          "subnets-unreadable",
		"Required resources (such as service-linked roles) were created and are still propagating. Retry later.":                   "propagating",
		"ThrottlingException: Rate exceeded":                                                                                       "throttled",
		"User: u is not authorized to perform: iam:PassRole on resource: r":                                                        "pass-role",
		"AccessDeniedException: User: u is not authorized to perform: eks:DeleteFargateProfile on resource: r":                     "access-denied",
		"identity is not mapped": "identity-unmapped",
		"reason: StartError, write /sys/fs/cgroup/cpu,cpuacct/kubepods/podx/cpu.cfs_quota_us: invalid argument: unknown": "cpu-quota",
		"unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'":                                                       "create-failed",
		"CREATE_FAILED: PodExecutionRoleAlreadyInUse":                                                                    "role-in-use",
		"DELETE_FAILED":                         "delete-failed",
		"AccessDenied":                          "health-access-denied",
		"ClusterUnreachable":                    "cluster-unreachable",
		"InternalFailure":                       "internal-failure",
		"POD_CPU_MEM_EXCEEDS_MAX_FARGATE_SIZE":  "too-large",
		"POD_UNSUPPORTED_ON_FARGATE":            "unsupported",
		"data is of an unsupported volume Type": "volume-type",
		"invalid SecurityContext fields: Capabilities added: CAP_CHOWN":              "capability",
		"Pod provisioning timed out":                                                 "provisioning-timed-out",
		"Fargate is not supported in the requested availability zone: ca-central-1d": "zone",
		"bound to invalid PV pvc-1 with CSI Driver: ebs.csi.aws.com":                 "claim-driver",
	} {
		var codes []string
		for _, m := range Explain(text) {
			codes = append(codes, m.Code)
		}
		if !slices.Equal(codes, []string{code}) {
			t.Errorf("%q: got %v, want %s alone", text, codes, code)
		}
	}
}

func FuzzExplain(f *testing.F) {
	for _, k := range All() {
		f.Add(k.Example)
	}
	f.Add(strings.Repeat("PVC a not bound, ", 100))
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range Explain(text) {
			if m.Code == "" || m.Cause == "" || m.Cure == "" || m.Source == "" {
				t.Errorf("%q: %+v", text, m)
			}
		}
	})
}
