package network

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// beyondRegion takes a zone's name apart that lies outside its region's own data centres:
// us-west-2-lax-1a is a Local Zone, us-east-1-wl1-bos-wlz-1 a Wavelength Zone (EC2 User Guide, Regions
// and Zones). A zone of the region itself, us-east-1a, does not fit.
var beyondRegion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z]+(?:-[a-z]+)+-[0-9]+-(.+)$`)
})

// Misplaced says why Fargate cannot use the subnet wherever its routes lead, as a clause to be read after
// "subnet <id> "; it is empty when nothing speaks against it (EKS User Guide, Fargate considerations).
func Misplaced(s Subnet) string {
	if s.OutpostARN != "" {
		return fmt.Sprintf("lies on the Outpost %s; Fargate is not offered there", s.OutpostARN)
	}
	if m := beyondRegion().FindStringSubmatch(s.Zone); m != nil {
		kind := "Local Zone"
		if strings.HasPrefix(m[1], "wl") {
			kind = "Wavelength Zone"
		}
		return fmt.Sprintf("lies in the %s %s; Fargate is not offered there", kind, s.Zone)
	}
	if s.IPv6Native {
		return "has no IPv4 addresses (IPv6 only); Fargate pods need one each"
	}
	return ""
}

// fargateZones are the zones with Fargate in the regions where AWS lists them (Amazon ECS Developer Guide, Supported
// Regions for Amazon ECS on AWS Fargate).
var fargateZones = []string{"usw1-az1", "usw1-az3", "apne1-az1", "apne1-az2", "apne1-az4"}

// zonesWithout are the names of zones known to be refused (EKS User Guide, versions of 2021).
var zonesWithout = []string{"ca-central-1d"}

// listedZone is a warning when the subnet's zone is known to lack Fargate. It is no fault: the lists age.
func listedZone(s Subnet) string {
	if slices.Contains(zonesWithout, s.Zone) {
		return fmt.Sprintf("lies in %s, where AWS has said that Fargate is not supported", s.Zone)
	}
	region, _, _ := strings.Cut(s.ZoneID, "-")
	zones := slices.DeleteFunc(slices.Clone(fargateZones), func(zone string) bool {
		return !strings.HasPrefix(zone, region+"-")
	})
	if len(zones) > 0 && !slices.Contains(zones, s.ZoneID) {
		return fmt.Sprintf("lies in %s (%s); in this region AWS lists Fargate only for %s",
			s.ZoneID, s.Zone, strings.Join(zones, ", "))
	}
	return ""
}
