package trust

import (
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// arnParts is the number of parts of an ARN; the last may hold colons of its own.
const arnParts = 6

// fitsARN compares the six parts of two ARNs one by one, with * and ? in each, so that a wildcard does
// not reach beyond its part (IAM User Guide, Amazon Resource Name condition operators).
func fitsARN(pattern, arn string) bool {
	p, a := strings.SplitN(pattern, ":", arnParts), strings.SplitN(arn, ":", arnParts)
	if len(p) != arnParts || len(a) != arnParts {
		return false
	}
	for i := range p {
		if !selector.Match(p[i], a[i]) {
			return false
		}
	}
	return true
}
