package fargate

import (
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// enormous is an amount, in thousandths of a vCPU or in bytes, that is over a million vCPU or GB. Whatever
// is larger counts as this: the numbers of a Quantity overflow where it does not fit 64 bits.
const enormous = 1 << 50

var enormousQuantity = resource.NewQuantity(enormous, resource.BinarySI)

// quantity reads a quantity, rounded up: thousandths for cpu, else bytes. fault is empty where it is one.
func quantity(name, text string) (n int64, fault string) {
	q, err := ParseQuantity(text)
	switch {
	case errors.Is(err, errLength), errors.Is(err, errExponent):
		return 0, err.Error()
	case err != nil:
		return 0, "digits and a suffix such as m, Mi or Gi are wanted"
	case q.Sign() < 0:
		return 0, "it is negative"
	case q.Cmp(*enormousQuantity) >= 0:
		return enormous, ""
	case name == resourceCPU:
		return q.MilliValue(), ""
	}
	return q.Value(), ""
}

// The bounds of a quantity's text. Kubernetes holds up to 2^63-1 and nothing smaller than a billionth (Kubernetes
// API, Quantity), but its library works out whatever is written: 1e999999999 takes half an hour.
const (
	maxQuantityLength = 64
	maxExponentDigits = 2
)

var (
	errLength   = errors.New("it is too long")
	errExponent = errors.New("its exponent is beyond what Kubernetes can hold")
)

// ParseQuantity reads a quantity as Kubernetes' API does, which passes over space around it. Every quantity of an
// input is parsed here, because it refuses by the text alone what would take very long to compute with.
func ParseQuantity(text string) (resource.Quantity, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxQuantityLength {
		return resource.Quantity{}, errLength
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		exponent := strings.TrimLeft(text[at+1:], "+-")
		if strings.Trim(exponent, "0123456789") == "" && len(strings.TrimLeft(exponent, "0")) > maxExponentDigits {
			return resource.Quantity{}, errExponent
		}
	}
	return resource.ParseQuantity(text)
}
