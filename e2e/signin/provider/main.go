// Command provider is a provider of OpenID Connect for tests: that of
// github.com/zitadel/oidc with people who are in groups. It prints its issuer when
// it listens, and ends with its standard input.
//
//	provider http://127.0.0.1:7878/signin/callback
//
// PUT /groups?user=ben&groups=ops,dev says in which groups somebody is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// What Burgee is to this provider, and everybody's password here. The secret holds
// what has to be escaped on its way.
const (
	clientID     = "burgee"
	clientSecret = "a secret: +/%"
	password     = "provider's password"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: provider REDIRECT-ADDRESS")
		os.Exit(2)
	}
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(redirect string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	issuer := "http://" + listener.Addr().String()
	storage.RegisterClients(storage.WebClient(clientID, clientSecret, redirect))
	people := &people{Storage: storage.NewStorage(users{}), groups: map[string][]string{}}
	routes := http.NewServeMux()
	routes.HandleFunc("PUT /groups", people.putGroups)
	routes.Handle("/", exampleop.SetupServer(issuer, people, slog.New(slog.DiscardHandler), false))
	fmt.Println(issuer)
	server := &http.Server{Handler: routes}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // whoever started it is gone at its end
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// users are ben, whose address is verified, and eve, whose address is not.
type users struct{}

// GetUserByID implements storage.UserStore.
func (users) GetUserByID(id string) *storage.User {
	if id != "ben" && id != "eve" {
		return nil
	}
	return &storage.User{ID: id, Username: id, Password: password, FirstName: id, Email: id + "@example.test", EmailVerified: id == "ben"}
}

// GetUserByUsername implements storage.UserStore.
func (u users) GetUserByUsername(name string) *storage.User { return u.GetUserByID(name) }

// ExampleClientID implements storage.UserStore.
func (users) ExampleClientID() string { return storage.ServiceUserID }

// people are the users with the groups that they are in.
type people struct {
	*storage.Storage

	mu     sync.Mutex // guards groups
	groups map[string][]string
}

func (p *people) putGroups(_ http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups[r.FormValue("user")] = strings.Split(r.FormValue("groups"), ",")
}

// SetUserinfoFromToken implements op.Storage: what is told to who asks with an
// access token.
func (p *people) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, subject, origin string) error {
	if err := p.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	info.AppendClaims("groups", p.groups[subject])
	return nil
}

var _ op.Storage = (*people)(nil)
