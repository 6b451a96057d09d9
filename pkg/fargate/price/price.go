// Package price is what a size of a Fargate pod costs: rates of a region, and arithmetic. It knows no pods and reads no
// files; start at Rates. What it leaves out is LeftOut.
package price

import "strings"

// HoursPerMonth is the month of AWS's own estimates.
const HoursPerMonth = 730

// LeftOut says what a price does not include.
const LeftOut = "without ephemeral storage above 20 GB, data transfer, savings plans and taxes"

// Rates are the prices of Linux pods on x86 in one region, in US dollars.
type Rates struct {
	Region   string  `json:"region"`
	VCPUHour float64 `json:"vcpuHour"`
	GBHour   float64 `json:"gbHour"`
	// Source says where the rates come from, and Date of when they are.
	Source string `json:"source"`
	Date   string `json:"date"`
}

// BuiltIn returns the rates that the binary has. There are those of us-east-1 only; none are guessed.
func BuiltIn(region string) (Rates, bool) {
	rates := Rates{
		Region: "us-east-1", VCPUHour: 0.04048, GBHour: 0.004445,
		Source: "published copies of AWS's price list, service AmazonEKS", Date: "2026-11",
	}
	return rates, region == rates.Region
}

// Month returns what so much CPU and memory costs in a month.
func (r Rates) Month(vcpu, gb float64) float64 {
	return HoursPerMonth * (vcpu*r.VCPUHour + gb*r.GBHour)
}

// Pod is what the pods of one manifest cost in US dollars.
type Pod struct {
	// Hour and Month are for one pod, TotalMonth is for all replicas.
	Hour       float64 `json:"hour"`
	Month      float64 `json:"month"`
	TotalMonth float64 `json:"totalMonth"`
	// SavesMonth is what the next smaller size would save for all replicas, where a little less would fit it; 0 where
	// nothing is near.
	SavesMonth float64 `json:"savesMonth"`
}

// Add adds other pods of the same owner; of pods of several sizes Hour and Month are the dearest one's.
func (p *Pod) Add(o Pod) {
	p.Hour, p.Month = max(p.Hour, o.Hour), max(p.Month, o.Month)
	p.TotalMonth += o.TotalMonth
	p.SavesMonth += o.SavesMonth
}

// Size is a size of a pod.
type Size struct{ VCPU, GB float64 }

// Pod returns what so many pods of a size cost, and what the cheapest of the smaller sizes saves.
func (r Rates) Pod(size Size, replicas int, smaller []Size) Pod {
	month := r.Month(size.VCPU, size.GB)
	out := Pod{Hour: month / HoursPerMonth, Month: month, TotalMonth: month * float64(replicas)}
	for _, s := range smaller {
		out.SavesMonth = max(out.SavesMonth, (month-r.Month(s.VCPU, s.GB))*float64(replicas))
	}
	return out
}

// Total is what all pods cost in a month, and the rates that say so.
type Total struct {
	Rates
	Currency   string  `json:"currency"`
	Month      float64 `json:"month"`
	SavesMonth float64 `json:"savesMonth"`
	LeftOut    string  `json:"leftOut"`
}

// Add adds the pods of a manifest.
func (t *Total) Add(p Pod) {
	t.Month += p.TotalMonth
	t.SavesMonth += p.SavesMonth
}

// NewTotal returns a total of nothing.
func NewTotal(r Rates) *Total { return &Total{Rates: r, Currency: "USD", LeftOut: LeftOut} }

// usage returns which of the two rates a usage type of the price list is about: USE1-Fargate-vCPU-Hours:perCPU or
// USE1-Fargate-GB-Hours. Those of ARM, Windows and storage are other ones.
func usage(usageType string) string {
	for _, suffix := range []string{"Fargate-vCPU-Hours:perCPU", "Fargate-GB-Hours"} {
		if before, found := strings.CutSuffix(usageType, suffix); found && (before == "" || strings.Count(before, "-") == 1 &&
			strings.HasSuffix(before, "-")) {
			return suffix
		}
	}
	return ""
}
