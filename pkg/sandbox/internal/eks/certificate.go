package eks

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
)

// certificate returns the certificate of a cluster's authority in PEM, which clients of Kubernetes read before they
// dial. It is the same for the same cluster; nobody serves with its key.
func certificate(cl *account.Cluster) []byte {
	if cl.Certificate != nil {
		return cl.Certificate
	}
	seed := sha256.Sum256([]byte(cl.ARN))
	key := ed25519.NewKeyFromSeed(seed[:])
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kubernetes"},
		NotBefore: day("2020-01-01"), NotAfter: day("2120-01-01"),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, _ := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key) // nothing in it can fail
	cl.Certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return cl.Certificate
}
