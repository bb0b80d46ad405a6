package release

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The parts of CycloneDX 1.6 that a release has something to say in.
type (
	bom struct {
		Schema       string         `json:"$schema"`
		Format       string         `json:"bomFormat"`
		Spec         string         `json:"specVersion"`
		SerialNumber string         `json:"serialNumber"`
		Version      int            `json:"version"`
		Metadata     bomMetadata    `json:"metadata"`
		Components   []bomComponent `json:"components"`
		Dependencies []bomNeeds     `json:"dependencies"`
	}
	bomMetadata struct {
		Timestamp  string         `json:"timestamp"`
		Component  bomComponent   `json:"component"`
		Lifecycles []bomLifecycle `json:"lifecycles"`
	}
	bomLifecycle struct {
		Phase string `json:"phase"`
	}
	bomComponent struct {
		Type       string        `json:"type"`
		Ref        string        `json:"bom-ref"`
		Name       string        `json:"name"`
		Version    string        `json:"version"`
		Scope      string        `json:"scope,omitempty"`
		Hashes     []bomHash     `json:"hashes,omitempty"`
		Licences   []bomLicence  `json:"licenses,omitempty"`
		Purl       string        `json:"purl"`
		Properties []bomProperty `json:"properties,omitempty"`
	}
	bomHash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	bomLicence struct {
		Licence    *bomLicenceName `json:"license,omitempty"`
		Expression string          `json:"expression,omitempty"`
	}
	bomLicenceName struct {
		ID string `json:"id"`
	}
	bomProperty struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	bomNeeds struct {
		Ref   string   `json:"ref"`
		Needs []string `json:"dependsOn"`
	}
)

// BillOfMaterials is the software bill of materials of a release in CycloneDX
// 1.6, as JSON. Its number comes from what it lists, so that the same release
// has the same one. Which component needs which is not in it: all are listed
// as what Burgee needs.
func BillOfMaterials(version string, components []Component, when time.Time) ([]byte, error) {
	own := Component{Name: "burgee", Version: version, Purl: "pkg:golang/" + Own + "@v" + version, Licence: Licence{ID: "Apache-2.0"}}
	b := bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: bomMetadata{
			Timestamp: when.UTC().Format(time.RFC3339), Component: componentOf(own), Lifecycles: []bomLifecycle{{"build"}},
		},
		Components: []bomComponent{}, Dependencies: []bomNeeds{{Ref: own.Purl, Needs: []string{}}},
	}
	b.Metadata.Component.Type = "application"
	for _, c := range components {
		listed := componentOf(c)
		listed.Scope = "required"
		b.Components = append(b.Components, listed)
		b.Dependencies[0].Needs = append(b.Dependencies[0].Needs, c.Purl)
		b.Dependencies = append(b.Dependencies, bomNeeds{Ref: c.Purl, Needs: []string{}})
	}
	listed, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(listed)
	b.SerialNumber = fmt.Sprintf("urn:uuid:%s", uuid.NewHash(sha256.New(), uuid.NameSpaceURL, sum[:], 8))
	text, err := json.MarshalIndent(b, "", "  ")
	return append(text, '\n'), err
}

func componentOf(c Component) bomComponent {
	out := bomComponent{Type: "library", Ref: c.Purl, Name: c.Name, Version: c.Version, Purl: c.Purl}
	if c.Hash != "" {
		out.Hashes = []bomHash{{c.Algorithm, c.Hash}}
	}
	switch id := c.Licence.ID; {
	case id == "":
	case strings.ContainsAny(id, " ("):
		out.Licences = []bomLicence{{Expression: id}}
	default:
		out.Licences = []bomLicence{{Licence: &bomLicenceName{id}}}
	}
	if len(c.Platforms) > 0 {
		out.Properties = []bomProperty{{"burgee:platforms", strings.Join(c.Platforms, ",")}}
	}
	return out
}
