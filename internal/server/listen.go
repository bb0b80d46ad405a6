package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/fault"
)

// listen takes a port. The flag is named in the error.
func listen(addr, flag string) (net.Listener, error) {
	lc := net.ListenConfig{
		Control:         giveUpOnLost,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 25 * time.Second, Interval: 15 * time.Second, Count: 3},
	}
	l, err := lc.Listen(context.Background(), "tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.New(fault.Invalid, "port_in_use", "%s is in use. Stop the other program or choose another with %s", addr, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, fault.New(fault.Invalid, "port_forbidden", "%s needs more rights than this user has. Choose a port from 1024 on with %s", addr, flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fault.New(fault.Invalid, "address_unknown", "%s is no address of this machine. Choose another with %s", addr, flag)
	}
	return nil, fault.Wrap(err, fault.Invalid, "listen_failed", "Cannot listen on %s. Choose another with %s", addr, flag)
}

// tlsConfig reads the certificate, or returns nil where there is none.
func tlsConfig(cfg *config.Config) (*tls.Config, error) {
	if !cfg.TLS() {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(cfg.TLSCert, cfg.TLSKey)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "tls_invalid", "The certificate or its key cannot be used (--tls-cert %s, --tls-key %s)", cfg.TLSCert, cfg.TLSKey)
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, nil
}

// newHTTPServer has limits for requests that end; a stream lifts its own.
func newHTTPServer(h http.Handler, tlsConfig *tls.Config) *http.Server {
	return &http.Server{
		Handler: h, TLSConfig: tlsConfig,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}
