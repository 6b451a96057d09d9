package cloud

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// veil is the last resort against an endpoint that repeats what it was sent, as services for debugging do: it knows
// the secrets in use, and none of them passes into a log or a message. The zero value knows none.
type veil struct {
	lock  sync.Mutex
	pairs []string // for strings.NewReplacer: each form of a secret, and what stands in its place
}

const hidden = "(hidden)"

// signature matches what is secret in the header of a signed request.
var signature = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(signature=)[0-9a-f]{64}`) })

// learn takes note of credentials.
func (v *veil) learn(credentials aws.Credentials) {
	v.lock.Lock()
	defer v.lock.Unlock()
	for _, secret := range []string{credentials.SecretAccessKey, credentials.SessionToken} {
		// A secret of a few letters, as sandboxes take them, is in every other word.
		if len(secret) < 12 || slices.Contains(v.pairs, secret) {
			continue
		}
		// As JSON and forms write it, too.
		asJSON := strings.ReplaceAll(secret, "/", `\/`)
		for _, form := range []string{secret, asJSON, url.QueryEscape(secret), url.PathEscape(secret)} {
			v.pairs = append(v.pairs, form, hidden)
		}
	}
}

// hide returns text without the secrets.
func (v *veil) hide(text string) string {
	v.lock.Lock()
	defer v.lock.Unlock()
	return signature().ReplaceAllString(strings.NewReplacer(v.pairs...).Replace(text), "${1}"+hidden)
}
