package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
)

func TestTheServerItselfSpeaksHTTPS(t *testing.T) {
	cert, key, pool := certificate(t)
	s := testkit.Start(t, testkit.Options{Flags: map[string]string{"tls-cert": cert, "tls-key": key},
		Environ: []string{"BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=correct horse battery"}})
	if !strings.HasPrefix(s.URL, "https://") || !strings.Contains(s.Stderr.String(), s.URL) {
		t.Errorf("address %s, printed\n%s", s.URL, s.Stderr)
	}
	client := testkit.Browser(t)
	client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true, ForceAttemptHTTP2: true}
	a := s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Client: client,
		Body: obj{"email": "ann@example.com", "password": "correct horse battery"}})
	if a.Status != 200 || a.At("encrypted") != true || !strings.HasPrefix(a.Header.Get("Set-Cookie"), "__Host-burgee=") {
		t.Fatalf("sign in: %d %v %s", a.Status, a.Header, a.Body)
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: project, As: "-", Client: client}); a.Status != 200 {
		t.Errorf("with the cookie: %d %s", a.Status, a.Body)
	}
}

// certificate makes a certificate for 127.0.0.1 and returns its files and a
// pool that trusts it.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	keyDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key, pool
}
