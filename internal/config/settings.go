package config

import "strings"

// Setting is one row of the table.
type Setting struct {
	Flag    string // --addr; "" where a flag would show a secret
	Env     string // BURGEE_ADDR
	Key     string // addr, in the file; "" where it may not stand in one
	Default string
	Help    string
	Secret  bool // shown masked; its Env also has a _FILE form
	Bool    bool // the flag needs no value

	set  func(*Config, string) error
	mask func(string) string // shows a Secret without what is secret in it; nil shows nothing
}

// Settings returns the table, in the order of documentation.
func Settings() []Setting {
	return []Setting{
		{Flag: "addr", Env: "BURGEE_ADDR", Key: "addr", Default: "127.0.0.1:7878", set: setAddr,
			Help: "address to listen on"},
		{Flag: "data", Env: "BURGEE_DATA", Key: "data", Default: "./data", set: setText(func(c *Config) *string { return &c.Data }, "a folder"),
			Help: "folder of the database; made with mode 0700"},
		storeSetting(),
		{Flag: "public-url", Env: "BURGEE_PUBLIC_URL", Key: "public-url", set: setPublicURL,
			Help: "where browsers and programs reach this server, for example https://flags.example.com; found out from --addr when empty"},
		{Flag: "tls-cert", Env: "BURGEE_TLS_CERT", Key: "tls-cert", set: setText(func(c *Config) *string { return &c.TLSCert }, ""),
			Help: "file with the certificate chain (PEM); with --tls-key the server speaks https"},
		{Flag: "tls-key", Env: "BURGEE_TLS_KEY", Key: "tls-key", set: setText(func(c *Config) *string { return &c.TLSKey }, ""),
			Help: "file with the certificate's private key (PEM)"},
		{Flag: "signing-key", Env: "BURGEE_SIGNING_KEY", Key: "signing-key", set: setText(func(c *Config) *string { return &c.SigningKey }, ""),
			Help: "file with the Ed25519 key (PEM) that signs what programs get; made as signing.key in the data folder when empty"},
		{Flag: "next-signing-key", Env: "BURGEE_NEXT_SIGNING_KEY", Key: "next-signing-key", set: setText(func(c *Config) *string { return &c.NextSigningKey }, ""),
			Help: "file with a second key (PEM, the public half is enough) that programs are told to trust, before it signs or after it did"},
		secretKeySetting("BURGEE_SECRET_KEY"),
		{Flag: "trusted-proxies", Env: "BURGEE_TRUSTED_PROXIES", Key: "trusted-proxies", set: setProxies,
			Help: "addresses or networks of proxies whose X-Forwarded-For and -Proto are believed, separated by commas"},
		{Flag: "outbound-allow", Env: "BURGEE_OUTBOUND_ALLOW", Key: "outbound-allow", set: setOutboundAllow,
			Help: "private addresses or networks that this server may ask, also by plain http, for single sign-on and webhooks, separated by commas; public addresses by https need no word"},
		{Flag: "allow-http", Env: "BURGEE_ALLOW_HTTP", Key: "allow-http", Default: "false", Bool: true, set: setBool(func(c *Config) *bool { return &c.AllowHTTP }),
			Help: "let people sign in over plain http from other machines; passwords and cookies cross the network unencrypted"},
		{Flag: "backup-every", Env: "BURGEE_BACKUP_EVERY", Key: "backup-every", set: setEvery,
			Help: "how often the running server makes a backup, for example 24h; empty is never"},
		{Flag: "backup-keep", Env: "BURGEE_BACKUP_KEEP", Key: "backup-keep", Default: "7", set: setKeep,
			Help: "how many of those backups stay; older ones are removed, other files are not"},
		{Flag: "backup-dir", Env: "BURGEE_BACKUP_DIR", Key: "backup-dir", set: setText(func(c *Config) *string { return &c.BackupDir }, ""),
			Help: "folder of the backups, better on another disk; backups in the data folder when empty"},
		{Flag: "ops-addr", Env: "BURGEE_OPS_ADDR", Key: "ops-addr", Default: "127.0.0.1:7879", set: setOpsAddr,
			Help: "address of /metrics and profiling; empty switches them off"},
		{Flag: "log-level", Env: "BURGEE_LOG_LEVEL", Key: "log-level", Default: "info", set: setLevel,
			Help: "debug, info, warn or error"},
		{Flag: "log-format", Env: "BURGEE_LOG_FORMAT", Key: "log-format", Default: "text", set: setFormat,
			Help: "text or json"},
		{Env: "BURGEE_INIT_OWNER_EMAIL", set: setText(func(c *Config) *string { return &c.Init.OwnerEmail }, ""),
			Help: "on an empty store: the owner's e-mail address"},
		{Env: "BURGEE_INIT_OWNER_PASSWORD", Secret: true, set: setText(func(c *Config) *string { return &c.Init.OwnerPassword }, ""),
			Help: "on an empty store: the owner's password"},
		{Env: "BURGEE_INIT_TOKEN", Secret: true, set: setSecret(func(c *Config) *string { return &c.Init.Token }, "bgp_", "token"),
			Help: "on an empty store: an API token with full rights, bgp_ and 32 or more of A-Z a-z 0-9 _ -"},
		{Env: "BURGEE_INIT_SERVER_KEY", Secret: true, set: setSecret(func(c *Config) *string { return &c.Init.ServerKey }, "bgs_", "server"),
			Help: "on an empty store: the server key of default / production, bgs_…"},
		{Env: "BURGEE_INIT_CLIENT_KEY", Secret: true, set: setSecret(func(c *Config) *string { return &c.Init.ClientKey }, "bgc_", "client"),
			Help: "on an empty store: the client key of default / production, bgc_…"},
	}
}

func secretKeySetting(env string) Setting {
	return Setting{Env: env, Secret: true, set: setSecretKey,
		Help: "the key that the signing key and other secrets are sealed with in the database, the same on every node, and needed with --store: 32 bytes in base64, from `burgee secret-key new`"}
}

// tokenSetting is of the command line as a client.
func tokenSetting() Setting {
	return Setting{Flag: "token", Env: "BURGEE_TOKEN", Secret: true, set: func(c *Config, text string) error {
		c.token = strings.TrimSpace(text)
		return nil
	}}
}

func ssoSecretSetting() Setting {
	return Setting{Env: "BURGEE_SSO_CLIENT_SECRET", Secret: true, set: func(c *Config, text string) error {
		c.ssoSecret = strings.TrimSpace(text)
		return nil
	}}
}

// ClientSecrets are the secrets of commands that are no settings of a server. Each
// has a _FILE form too.
func ClientSecrets() []Setting {
	return []Setting{tokenSetting(), secretKeySetting("BURGEE_NEW_SECRET_KEY"), ssoSecretSetting()}
}

// storeSetting may hold a password, as a flag too: it is shown without.
func storeSetting() Setting {
	return Setting{Flag: "store", Env: "BURGEE_STORE", Key: "store", Secret: true, mask: MaskStore, set: setStore,
		Help: "PostgreSQL database to keep everything in, postgres://user@host:5432/database; with a password in it better the variable than the flag; SQLite in the data folder when empty"}
}

// RelaySettings returns the table of `burgee relay`.
func RelaySettings() []Setting {
	table := []Setting{
		{Flag: "upstream", Env: "BURGEE_UPSTREAM", Key: "upstream", set: setUpstream,
			Help: "address of the server, or relay, to take from, for example https://flags.example.com"},
		{Env: "BURGEE_RELAY_TOKEN", Secret: true, set: setSecret(func(c *Config) *string { return &c.Relay.Token }, "bgp_", "token"),
			Help: "the relay's API token, of scope relay: burgee token create NAME --scope relay"},
		{Flag: "verify-keys", Env: "BURGEE_VERIFY_KEYS", Key: "verify-keys", set: setVerifyKeys,
			Help: "public keys whose signatures count, separated by commas; those that upstream names first when empty"},
	}
	shared := map[string]bool{"addr": true, "data": true, "tls-cert": true, "tls-key": true, "trusted-proxies": true,
		"ops-addr": true, "log-level": true, "log-format": true}
	for _, s := range Settings() {
		if s.Flag == "data" {
			s.Default, s.Help = "./relay-data", "folder of what was taken; made with mode 0700"
		}
		if shared[s.Flag] {
			table = append(table, s)
		}
	}
	return table
}

// others are variables of Burgee that are not settings of the server: of the
// command line as a client, of the SDKs, and of this repository's own tests.
var others = map[string]bool{
	"BURGEE_URL": true, "BURGEE_TOKEN": true, "BURGEE_TOKEN_FILE": true, "BURGEE_CONFIG": true,
	"BURGEE_PROJECT": true, "BURGEE_ENVIRONMENT": true, "BURGEE_NEW_SECRET_KEY": true, "BURGEE_NEW_SECRET_KEY_FILE": true,
	"BURGEE_SSO_CLIENT_SECRET": true, "BURGEE_SSO_CLIENT_SECRET_FILE": true,
	"BURGEE_KEY": true, "BURGEE_APPLICATION": true, "BURGEE_OVERRIDES": true, "BURGEE_CACHE_DIR": true,
	"BURGEE_BUNDLE": true, "BURGEE_VERIFY_KEYS": true,
	"BURGEE_VERSION": true, "BURGEE_BINARY": true, "BURGEE_SOURCE": true, "BURGEE_CHROMIUM": true, "BURGEE_DEV_SERVER": true,
	"BURGEE_TEST_POSTGRES": true, "BURGEE_TEST_STORE": true,
}

// foreign tells the variables that Kubernetes puts into every container beside
// a service named burgee: BURGEE_SERVICE_HOST, BURGEE_PORT_7878_TCP and so on.
func foreign(name string) bool {
	return others[name] || name == "BURGEE_PORT" ||
		strings.HasPrefix(name, "BURGEE_PORT_") || strings.HasPrefix(name, "BURGEE_SERVICE_")
}
