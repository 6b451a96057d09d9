package version

import (
	"runtime/debug"
	"testing"
)

func TestWhatGoRecordedFillsTheRest(t *testing.T) {
	clone := []debug.BuildSetting{
		{Key: "vcs", Value: "git"},
		{Key: "vcs.revision", Value: "abc123"},
		{Key: "vcs.time", Value: "2030-01-02T03:04:05Z"},
		{Key: "vcs.modified", Value: "true"},
	}
	info := func(version string, settings []debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	release := Build{Version: "0.1.0", Commit: "def456", Date: "2029-01-01T00:00:00Z"}
	for name, test := range map[string]struct {
		set  Build
		info *debug.BuildInfo
		want Build
	}{
		"go install": {info: info("v0.1.0", nil), want: Build{Version: "v0.1.0"}},
		"go install of a commit": {
			info: info("v0.0.0-20300102030405-abc123abc123", nil), want: Build{Version: "v0.0.0-20300102030405-abc123abc123"},
		},
		"a clone":         {info: info("(devel)", clone), want: Build{Version: "dev", Commit: "abc123", Date: "2030-01-02T03:04:05Z"}},
		"make build":      {Build{Version: "v0.1.0-3-gabc123"}, info("(devel)", nil), Build{Version: "v0.1.0-3-gabc123"}},
		"a release":       {release, info("(devel)", clone), release},
		"nothing at all":  {want: Build{Version: "dev"}},
		"no version":      {info: info("", nil), want: Build{Version: "dev"}},
		"a commit is set": {Build{Commit: "def456"}, info("v1.0.0", clone), Build{"v1.0.0", "def456", "2030-01-02T03:04:05Z", "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.set.filled(test.info); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
