package adminapi

import (
	"context"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/httpkit"
)

// memberOf describes who is signed in.
func memberOf(p account.Person) *Member {
	manages := account.CanSomewhere(account.Actor{Rights: account.NewRights(p.Grants...)}, account.ManageAccounts) == nil
	return &Member{ID: p.ID, Email: p.Email, Roles: rolesOf(p.Grants), Manages: manages, Rights: rightsOf(p.Grants)}
}

// rightsOf tells what grants let do, for a page that offers only what will work.
func rightsOf(grants []account.Grant) []Right {
	rights := make([]Right, 0, len(grants))
	for _, g := range grants {
		right := Right{Actions: actionNames(g.Allows())}
		if g.Scope != (account.Scope{}) {
			right.Place = g.Scope.String()
		}
		rights = append(rights, right)
	}
	return rights
}

func actionNames(actions []account.Action) []string {
	names := make([]string, 0, len(actions))
	for _, action := range actions {
		names = append(names, string(action))
	}
	return names
}

func rolesOf(grants []account.Grant) []string {
	roles := make([]string, 0, len(grants))
	for _, g := range grants {
		roles = append(roles, g.String())
	}
	return roles
}

func personView(p account.Person) PersonView {
	return PersonView{ID: p.ID, Email: p.Email, Roles: rolesOf(p.Grants), Password: p.Password, TOTP: p.TOTP, SingleSignOn: p.Linked, Version: p.Version}
}

func (a *API) listMembers(ctx context.Context, _ *none) (*body[Items[PersonView]], error) {
	people, err := a.deps.Accounts.Members(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return list(people, personView), nil
}

func (a *API) setRoles(ctx context.Context, in *rolesInput) (*body[PersonView], error) {
	grants, err := account.ParseGrants(in.Body.Roles)
	if err != nil {
		return nil, err
	}
	seen, err := ifMatch(in.IfMatch, "version")
	if err != nil {
		return nil, err
	}
	person, err := a.deps.Accounts.SetRoles(ctx, actorOf(ctx), in.ID, grants, seen, httpkit.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	return &body[PersonView]{personView(person)}, nil
}

func (a *API) removeMember(ctx context.Context, in *MemberPath) (*none, error) {
	return nil, a.deps.Accounts.RemoveMember(ctx, actorOf(ctx), in.ID, httpkit.RequestID(ctx))
}

func (a *API) resetPassword(ctx context.Context, in *MemberPath) (*body[NewLink], error) {
	link, secret, err := a.deps.Accounts.ResetLink(ctx, actorOf(ctx), in.ID, httpkit.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	return a.newLink(ctx, link, secret), nil
}

func (a *API) invite(ctx context.Context, in *inviteInput) (*body[NewLink], error) {
	grants, err := account.ParseGrants(in.Body.Roles)
	if err != nil {
		return nil, err
	}
	link, secret, err := a.deps.Accounts.Invite(ctx, actorOf(ctx), in.Body.Email, grants, httpkit.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	return a.newLink(ctx, link, secret), nil
}

// newLink shows a link whole, this once.
func (a *API) newLink(ctx context.Context, link account.Link, secret string) *body[NewLink] {
	return &body[NewLink]{NewLink{Link: linkView(link), URL: link.URL(a.deps.PublicURL(callerOf(ctx).request), secret), Replaced: link.Replaced}}
}

func linkView(l account.Link) Link {
	return Link{
		ID: l.ID, Kind: string(l.Kind), Email: l.Email, Roles: rolesOf(l.Grants), MadeBy: l.Maker,
		CreatedAt: l.CreatedAt, ExpiresAt: l.ExpiresAt,
	}
}

func (a *API) listLinks(ctx context.Context, _ *none) (*body[Items[Link]], error) {
	links, err := a.deps.Accounts.Links(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return list(links, linkView), nil
}

func (a *API) deleteLink(ctx context.Context, in *linkPath) (*none, error) {
	return nil, a.deps.Accounts.DeleteLink(ctx, actorOf(ctx), in.ID, httpkit.RequestID(ctx))
}

func (a *API) readLink(ctx context.Context, in *readLinkInput) (*body[Link], error) {
	link, err := a.deps.Accounts.ReadLink(ctx, in.Body.Token, clientOf(callerOf(ctx).request))
	if err != nil {
		return nil, err
	}
	return &body[Link]{linkView(link)}, nil
}

func (a *API) useLink(ctx context.Context, in *useLinkInput) (*sessionOutput, error) {
	r := callerOf(ctx).request
	if err := a.encryptedEnough(r); err != nil {
		return nil, err
	}
	signIn, err := a.deps.Accounts.UseLink(ctx, in.Body.Token, in.Body.Password, clientOf(r))
	if err != nil {
		return nil, err
	}
	return a.signedIn(ctx, signIn)
}

func (a *API) listRoles(ctx context.Context, _ *none) (*body[Items[Role]], error) {
	roles, err := a.deps.Accounts.Roles(ctx)
	if err != nil {
		return nil, err
	}
	return list(roles, roleView), nil
}

func roleView(r account.RoleInfo) Role {
	return Role{Name: string(r.Name), Description: r.Description, Actions: actionNames(r.Actions), BuiltIn: r.BuiltIn, Version: r.Version}
}

func (a *API) putRole(ctx context.Context, in *putRoleInput) (*body[Role], error) {
	actions := make([]account.Action, 0, len(in.Body.Actions))
	for _, action := range in.Body.Actions {
		actions = append(actions, account.Action(action))
	}
	seen, err := ifMatch(in.IfMatch, "version")
	if err != nil {
		return nil, err
	}
	change := account.RoleChange{Name: account.Role(in.Role), Description: in.Body.Description, Actions: actions, New: in.IfNoneMatch == "*", IfVersion: seen}
	role, err := a.deps.Accounts.PutRole(ctx, actorOf(ctx), change, httpkit.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	return &body[Role]{roleView(role)}, nil
}

func (a *API) deleteRole(ctx context.Context, in *RolePath) (*none, error) {
	return nil, a.deps.Accounts.DeleteRole(ctx, actorOf(ctx), account.Role(in.Role), httpkit.RequestID(ctx))
}

func (a *API) listSessions(ctx context.Context, in *MemberQuery) (*body[Items[SignedInAt]], error) {
	sessions, err := a.deps.Accounts.Sessions(ctx, actorOf(ctx), in.Member)
	if err != nil {
		return nil, err
	}
	here := ""
	if c, err := callerOf(ctx).request.Cookie(cookieName(callerOf(ctx).request)); err == nil {
		here = account.SessionID(c.Value)
	}
	return list(sessions, func(s account.Session) SignedInAt {
		return SignedInAt{
			ID: s.ID, Current: s.ID == here, CreatedAt: s.CreatedAt, LastSeenAt: s.LastSeenAt, ExpiresAt: s.ExpiresAt,
			UserAgent: s.UserAgent, Address: s.Address,
		}
	}), nil
}

func (a *API) endSession(ctx context.Context, in *sessionPath) (*none, error) {
	return nil, a.deps.Accounts.EndSession(ctx, actorOf(ctx), in.Member, in.ID, httpkit.RequestID(ctx))
}
