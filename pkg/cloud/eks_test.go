package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

func TestCluster(t *testing.T) {
	tests := []struct {
		name   string
		answer string
		want   cloud.Cluster
	}{
		{
			"whole", `{"cluster":{"name":"demo","arn":"arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo","status":"ACTIVE","version":"1.33",
			"platformVersion":"eks.9","resourcesVpcConfig":{"vpcId":"vpc-1","subnetIds":["subnet-1"]},"accessConfig":{"authenticationMode":"API"},
			"outpostConfig":{"outpostArns":[]},"health":{"issues":[{"code":"Ec2SubnetNotFound","message":"gone","resourceIds":["subnet-9"]}]}}}`,
			cloud.Cluster{
				Name: "demo", ARN: "arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo", Status: "ACTIVE", Version: "1.33", PlatformVersion: "eks.9",
				VPC: "vpc-1", Subnets: []string{"subnet-1"}, AuthenticationMode: "API", Outposts: true,
				HealthIssues: []fargate.HealthIssue{{Code: "Ec2SubnetNotFound", Message: "gone", ResourceIDs: []string{"subnet-9"}}},
			},
		},
		{"sparse", `{"cluster":{"name":"demo","arn":"x","status":"CREATING"}}`, cloud.Cluster{Name: "demo", ARN: "x", Status: "CREATING"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) { _, _ = w.Write([]byte(tt.answer)) })
			got, err := client(t, s.URL).Cluster(context.Background(), "demo")
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestClusterARN(t *testing.T) {
	c := cloud.Cluster{ARN: "arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo"}
	if c.Partition() != "aws-cn" || c.Region() != "cn-north-1" || c.Account() != "111122223333" {
		t.Error(c.Partition(), c.Region(), c.Account())
	}
	for _, arn := range []string{"", "demo", "arn:aws:eks", "a:b:c:d:e:f"} {
		if c := (cloud.Cluster{ARN: arn}); c.Partition()+c.Region()+c.Account() != "" {
			t.Errorf("%q gives %q %q %q", arn, c.Partition(), c.Region(), c.Account())
		}
	}
}

func TestProfile(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		writeJSON(w, profileJSON("web", "CREATE_FAILED"))
	})
	got, err := client(t, s.URL).Profile(context.Background(), "demo", "web")
	want := fargate.Profile{
		Name: "web", ARN: "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/0001", Cluster: "demo", Status: fargate.StatusCreateFailed,
		CreatedAt: time.Unix(1700000000, 5e8).UTC(), PodExecutionRoleARN: "arn:aws:iam::111122223333:role/fargate-pods",
		Selectors: []fargate.Selector{{Namespace: "web", Labels: map[string]string{"app": "api"}}, {Namespace: "x"}},
		Subnets:   []string{"subnet-2", "subnet-1"},
		Issues:    []fargate.HealthIssue{{Code: "AccessDenied", Message: "no", ResourceIDs: []string{"r"}}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

// Names are part of the path; whatever they hold, it stays one element of it.
func TestNamesInPaths(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		answer := profileJSON("ünï?x=y", "ACTIVE")
		answer["fargateProfile"].(map[string]any)["clusterName"] = "a/b"
		writeJSON(w, answer)
	})
	_, err := client(t, s.URL).Profile(context.Background(), "a/b", "ünï?x=y")
	if err != nil {
		t.Fatal(err)
	}
	if want := "/clusters/a%2Fb/fargate-profiles/%C3%BCn%C3%AF%3Fx%3Dy"; s.paths[0] != want {
		t.Errorf("%s, want %s", s.paths[0], want)
	}
}

func TestCreateProfileRequest(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		writeJSON(w, profileJSON("web", "CREATING"))
	})
	got, err := client(t, s.URL).CreateProfile(context.Background(), fargate.Profile{
		Cluster: "demo", Name: "web", PodExecutionRoleARN: "arn:aws:iam::111122223333:role/p",
		Selectors: []fargate.Selector{{Namespace: "web", Labels: map[string]string{"app": "api"}}, {Namespace: "x", Labels: map[string]string{}}},
		Subnets:   []string{"subnet-1"}, Tags: map[string]string{"team": "x"},
		Status: fargate.StatusActive, ARN: "ignored",
	}, "token-1")
	if err != nil || got.Status != fargate.StatusCreating {
		t.Fatalf("%+v, %v", got, err)
	}
	const want = `{"clientRequestToken":"token-1","fargateProfileName":"web","podExecutionRoleArn":"arn:aws:iam::111122223333:role/p",` +
		`"selectors":[{"labels":{"app":"api"},"namespace":"web"},{"namespace":"x"}],"subnets":["subnet-1"],"tags":{"team":"x"}}`
	if body := s.requests()[0]; !sameJSON(t, body, want) {
		t.Errorf("got  %s\nwant %s", body, want)
	}
}

func TestDeleteProfile(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string, _ int) {
		if r.Method != http.MethodDelete {
			t.Errorf("method %s", r.Method)
		}
		writeJSON(w, profileJSON("web", "DELETING"))
	})
	got, err := client(t, s.URL).DeleteProfile(context.Background(), "demo", "web")
	if err != nil || got.Status != fargate.StatusDeleting || s.paths[0] != "/clusters/demo/fargate-profiles/web" {
		t.Errorf("%+v, %v, %s", got, err, s.paths[0])
	}
}

func TestTags(t *testing.T) {
	const arn = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/0001"
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) { _, _ = w.Write([]byte("{}")) })
	c := client(t, s.URL)
	ctx := context.Background()
	for _, err := range []error{
		c.TagProfile(ctx, arn, nil), // sends nothing
		c.TagProfile(ctx, arn, map[string]string{"a": "b"}),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if got := s.requests(); len(got) != 1 || got[0] != `{"tags":{"a":"b"}}` {
		t.Errorf("%q", got)
	}
}

// listing serves pages of names and descriptions of them.
func listing(t *testing.T, names []string, perPage int, describe func(w http.ResponseWriter, name string)) *server {
	return serve(t, func(w http.ResponseWriter, r *http.Request, _ string, _ int) {
		if !strings.HasSuffix(r.URL.Path, "/fargate-profiles") {
			describe(w, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
			return
		}
		from := 0
		if token := r.URL.Query().Get("nextToken"); token != "" {
			_, _ = fmt.Sscan(token, &from)
		}
		to := min(from+perPage, len(names))
		page := map[string]any{"fargateProfileNames": names[from:to]}
		if to < len(names) {
			page["nextToken"] = fmt.Sprint(to)
		}
		writeJSON(w, page)
	})
}

// All pages are read, all profiles described, sorted by name; one that vanishes meanwhile is left out.
func TestProfiles(t *testing.T) {
	var names []string
	for i := range 45 {
		names = append(names, fmt.Sprintf("fp-%02d", 44-i))
	}
	s := listing(t, names, 10, func(w http.ResponseWriter, name string) {
		if name == "fp-07" {
			eksError(w, 404, "ResourceNotFoundException", "No Fargate Profile found with name: fp-07.")
			return
		}
		writeJSON(w, profileJSON(name, "ACTIVE"))
	})
	profiles, err := client(t, s.URL).Profiles(context.Background(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range profiles {
		got = append(got, p.Name)
	}
	if len(got) != 44 || !slices.IsSorted(got) || slices.Contains(got, "fp-07") {
		t.Errorf("%d profiles: %v", len(got), got)
	}
	if n := len(s.requests()); n != 5+45 {
		t.Errorf("%d requests", n)
	}
}

// One failure ends the whole and is the one that is reported, not the cancellation that follows.
func TestProfilesFailure(t *testing.T) {
	tests := map[string]struct {
		status        int
		code, message string
		want          cloud.Class
	}{
		"denied":          {403, "AccessDeniedException", "no", cloud.AccessDenied},
		"cluster is gone": {404, "ResourceNotFoundException", "No cluster found for name: demo.", cloud.NotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := listing(t, []string{"a", "b", "c", "d"}, 10, func(w http.ResponseWriter, name string) {
				if name == "c" {
					eksError(w, tt.status, tt.code, tt.message)
					return
				}
				writeJSON(w, profileJSON(name, "ACTIVE"))
			})
			profiles, err := client(t, s.URL).Profiles(context.Background(), "demo")
			if cloud.ClassOf(err) != tt.want || profiles != nil {
				t.Errorf("%v, %v", profiles, err)
			}
		})
	}
}

func TestNames(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string, _ int) {
		switch r.URL.Query().Get("nextToken") {
		case "":
			writeJSON(w, map[string]any{"clusters": []string{"z"}, "fargateProfileNames": []string{"z"}, "nextToken": "1"})
		case "1": // an empty page is legal
			writeJSON(w, map[string]any{"clusters": []string{}, "fargateProfileNames": []string{}, "nextToken": "2"})
		default:
			writeJSON(w, map[string]any{"clusters": []string{"a"}, "fargateProfileNames": []string{"a"}})
		}
	})
	c := client(t, s.URL)
	for name, list := range map[string]func() ([]string, error){
		"clusters": func() ([]string, error) { return c.ClusterNames(context.Background()) },
		"profiles": func() ([]string, error) { return c.ProfileNames(context.Background(), "demo") },
	} {
		if got, err := list(); err != nil || !slices.Equal(got, []string{"a", "z"}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestPageSize(t *testing.T) {
	for size, want := range map[int]string{0: "", -1: "", 7: "?maxResults=7", 100: "?maxResults=100", 1 << 40: "?maxResults=100"} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
			_, _ = w.Write([]byte(`{"clusters":[],"fargateProfileNames":[]}`))
		})
		c := client(t, s.URL, func(o *cloud.Options) { o.PageSize = size })
		if _, err := c.ProfileNames(context.Background(), "demo"); err != nil {
			t.Error(err)
		}
		if _, err := c.ClusterNames(context.Background()); err != nil {
			t.Error(err)
		}
		if s.paths[0] != "/clusters/demo/fargate-profiles"+want || s.paths[1] != "/clusters"+want {
			t.Errorf("size %d: %v", size, s.paths)
		}
	}
}

// A server that leads in circles, or that never ends, is an error and no endless loop.
func TestEndlessPages(t *testing.T) {
	for name, tt := range map[string]struct {
		token    func(n int) string
		requests int
	}{
		"same token": {func(int) string { return "again" }, 2},
		"circle":     {func(n int) string { return fmt.Sprint(n % 3) }, 4},
		"ever new":   {func(n int) string { return fmt.Sprint(n) }, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, n int) {
				writeJSON(w, map[string]any{"fargateProfileNames": []string{}, "nextToken": tt.token(n)})
			})
			names, err := client(t, s.URL).ProfileNames(context.Background(), "demo")
			var e *cloud.Error
			if !errors.As(err, &e) || e.Class != cloud.Senseless || e.Action != "eks:ListFargateProfiles" || len(names) != 0 {
				t.Errorf("%v, %v", names, err)
			}
			if n := len(s.requests()); n != tt.requests {
				t.Errorf("%d requests, want %d", n, tt.requests)
			}
		})
	}
}

// An endpoint that answers anything with 200 makes an error, never a panic or an empty profile.
func TestStrangeAnswers(t *testing.T) {
	for _, answer := range []string{"", "{}", "null", "[]", "hello", `{"fargateProfile":null}`, `{"fargateProfile":[]}`, "<html></html>"} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) { _, _ = w.Write([]byte(answer)) })
		c := client(t, s.URL)
		for name, call := range map[string]func(*cloud.Client) error{"describe": describe, "create": create, "delete": remove, "role": role, "subnets": subnets} {
			err := call(c)
			var e *cloud.Error
			if !errors.As(err, &e) || e.Local() {
				t.Errorf("%s of %q: %v", name, answer, err)
			}
		}
	}
}

// A deletion is sent once, however it is answered: by the time of another one the name may be somebody else's.
func TestDeleteIsSentOnce(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"throttled":   func(w http.ResponseWriter) { eksError(w, 429, "ThrottlingException", "Rate exceeded") },
		"internal":    func(w http.ResponseWriter) { eksError(w, 500, "ServerException", "Internal error") },
		"unavailable": func(w http.ResponseWriter) { eksError(w, 503, "ServiceUnavailableException", "Unavailable") },
		"dropped":     func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"cut off":     func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"fargateProfile": {`) },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) { answer(w) })
			if _, err := client(t, s.URL).DeleteProfile(t.Context(), "demo", "web"); err == nil {
				t.Error("no error")
			}
			if n := len(s.requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}
