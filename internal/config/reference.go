package config

import (
	"fmt"
	"strings"
)

const tableHead = "| flag, file key | environment | default | meaning |\n|---|---|---|---|\n"

// Reference is docs/reference/config.md.
func Reference() string {
	var b strings.Builder
	b.WriteString("# Configuration of the server\n\n" +
		"Generated from `internal/config`; `make golden` rewrites it.\n\n" +
		"`burgee serve` needs no setting. Defaults give way to the file named by `--config` (YAML), the file to the environment,\n" +
		"the environment to flags. An unknown key in the file and an unknown `BURGEE_` variable are errors.\n" +
		"`burgee config print` shows every value and where it came from, secrets masked.\n\n" +
		tableHead)
	writeTable(&b, Settings())
	b.WriteString("\nA file holds the names of the flags without the dashes:\n\n" +
		"```yaml\naddr: 0.0.0.0:443\npublic-url: https://flags.example.com\ntls-cert: /etc/burgee/cert.pem\ntls-key: /etc/burgee/key.pem\n```\n\n" +
		"The `BURGEE_INIT_` variables are read on an empty store only; later they are ignored, and one line says so.\n" +
		"Traces are sent when `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set; the other `OTEL_` variables of\n" +
		"OpenTelemetry hold as usual ([At 3 a.m.](../guides/at-3am.md)).\n" +
		"The command line as a client reads `BURGEE_URL` and `BURGEE_TOKEN` (or `BURGEE_TOKEN_FILE`).\n")
	b.WriteString("\n## The relay\n\n`burgee relay` has settings of its own, found in the same places.\n\n" + tableHead)
	writeTable(&b, RelaySettings())
	return b.String()
}

func writeTable(b *strings.Builder, table []Setting) {
	for _, s := range table {
		name := ""
		if s.Flag != "" {
			name = "`--" + s.Flag + "`"
		}
		env := "`" + s.Env + "`"
		if s.Secret {
			env += " or `" + s.Env + "_FILE`"
		}
		def := ""
		if s.Default != "" {
			def = "`" + s.Default + "`"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, env, def, strings.ReplaceAll(s.Help, "|", "\\|"))
	}
}
