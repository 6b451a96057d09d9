package output

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
)

// PriceText says what all pods cost, by which rates, and what that leaves out.
func PriceText(t *price.Total) string {
	text := fmt.Sprintf("That costs $%s a month (%d hours)", Dollars(t.Month), price.HoursPerMonth)
	if t.SavesMonth > 0 {
		text += fmt.Sprintf(", of which the smaller sizes would save $%s", Dollars(t.SavesMonth))
	}
	return text + fmt.Sprintf(", %s.\nPrices: %s, $%s a vCPU-hour, $%s a GB-hour, as of %s, from %s.", t.LeftOut, t.Region,
		plainNumber(t.VCPUHour), plainNumber(t.GBHour), cmp.Or(t.Date, "an unknown date"), t.Source)
}

// plainNumber writes an amount without needless digits.
func plainNumber(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// prices says what the pods cost that are concerned, and where a smaller size would do.
func (t *planText) prices() {
	if t.Price == nil || len(t.Pods)+len(t.Drains) == 0 {
		return
	}
	unknown := 0
	note := func(owner kube.Owner, namespace string, pods int, costs price.Pod) {
		if costs.TotalMonth == 0 {
			unknown += pods
		}
		if costs.SavesMonth > 0 {
			t.say("%s in namespace %s: a smaller size would save $%s a month", owner, namespace,
				Dollars(costs.SavesMonth))
		}
	}
	for _, hit := range t.Pods {
		note(hit.Owner, hit.Namespace, hit.Pods, hit.Price)
	}
	for _, d := range t.Drains {
		for _, m := range slices.Concat(d.Moves, d.Stays) {
			note(m.Owner, m.Namespace, len(m.Pods), m.Price)
		}
	}
	for line := range strings.SplitSeq(PriceText(&t.Price.Total), "\n") {
		t.say("%s", line)
	}
	if unknown > 0 {
		t.say("%s of unknown size not counted.", Count(unknown, "pod"))
	}
	if t.Price.OffMonth > 0 {
		t.say("$%s of it is what the pods cost that no profile takes afterwards.", Dollars(t.Price.OffMonth))
	}
}

// monthly is what pods cost, behind how many they are; empty where it is not known.
func (t *planText) monthly(pods price.Pod) string {
	if t.Price == nil || pods.TotalMonth == 0 {
		return ""
	}
	return ", $" + Dollars(pods.TotalMonth) + " a month"
}
