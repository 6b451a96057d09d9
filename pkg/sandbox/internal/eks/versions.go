package eks

import (
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// versions are the versions of Kubernetes that EKS has, with the days of their release and of the ends of standard and
// extended support (EKS User Guide, Kubernetes release calendar, as of 2026-09).
var versions = []struct{ version, released, standard, extended string }{
	{"1.36", "2026-06-02", "2027-08-02", "2028-08-02"},
	{"1.35", "2026-01-27", "2027-03-27", "2028-03-27"},
	{"1.34", "2025-10-02", "2026-12-02", "2027-12-02"},
	{"1.33", "2025-05-29", "2026-07-29", "2027-07-29"},
}

// The support of a version (EKS API, ClusterVersionInformation).
const unsupported = "UNSUPPORTED"

// supportOf returns the support that a version of Kubernetes has at an instant.
func supportOf(version string, now time.Time) string {
	for _, v := range versions {
		switch {
		case v.version != version || !now.Before(day(v.extended)):
		case !now.Before(day(v.standard)):
			return "EXTENDED_SUPPORT"
		default:
			return "STANDARD_SUPPORT"
		}
	}
	return unsupported
}

// describeClusterVersions shows the versions and their support at the call's instant, the newest first. Which one is
// the default is not documented; the sandbox takes the newest.
func describeClusterVersions(c *account.Call) (any, *wire.Refusal) {
	want := c.Query["clusterVersions"]
	status := c.Query.Get("versionStatus")
	if old := c.Query.Get("status"); status == "" && old != "" { // the deprecated form
		status = strings.ToUpper(strings.ReplaceAll(old, "-", "_"))
	}
	list := make([]map[string]any, 0, len(versions))
	for i, v := range versions {
		support := supportOf(v.version, c.Now)
		switch {
		case len(want) > 0 && !slices.Contains(want, v.version),
			status != "" && status != support,
			c.Query.Get("defaultOnly") == "true" && i > 0,
			support == unsupported && c.Query.Get("includeAll") != "true":
			continue
		}
		list = append(list, map[string]any{
			"clusterVersion": v.version, "clusterType": "eks", "defaultVersion": i == 0, "versionStatus": support,
			"status":      strings.ToLower(strings.ReplaceAll(support, "_", "-")),
			"releaseDate": wire.Epoch(day(v.released)), "endOfStandardSupportDate": wire.Epoch(day(v.standard)),
			"endOfExtendedSupportDate": wire.Epoch(day(v.extended)),
		})
	}
	return pageList(c, "clusterVersions", list)
}

// day returns the beginning of a day written as 2026-01-31.
func day(text string) time.Time {
	t, _ := time.Parse(time.DateOnly, text) // a test reads them all
	return t
}
