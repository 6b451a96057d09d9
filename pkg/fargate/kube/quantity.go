package kube

import (
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// BadQuantity is an amount that is no quantity.
type BadQuantity struct {
	// Path is its place in the object: spec.containers[0].resources.requests.cpu.
	Path string
	// Resource is the last part of the path: cpu, memory, nvidia.com/gpu.
	Resource string
	// Text is what stands there, Fault what is wrong with it.
	Text  string
	Fault error
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
	errForm     = errors.New("digits and a suffix such as m, Mi or Gi are wanted")
	errNegative = errors.New("it is negative")
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
	switch q, err := resource.ParseQuantity(text); {
	case err != nil:
		return resource.Quantity{}, errForm
	case q.Sign() < 0:
		return resource.Quantity{}, errNegative
	default:
		return q, nil
	}
}
