package check

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

// manifests are the objects of one folder. Each file has one.
type manifests struct {
	pod        core.PodTemplateSpec
	selector   map[string]string
	claims     []core.PersistentVolumeClaim
	replicas   int32
	service    core.Service
	disruption policy.PodDisruptionBudget
	network    networking.NetworkPolicy
	secret     core.Secret
}

// load reads a folder strictly: a field that Kubernetes does not know, or of
// another type, is an error.
func load(t *testing.T, folder string) manifests {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "kubernetes", folder, "*.yaml"))
	if err != nil || len(files) < 4 {
		t.Fatalf("%v, %v", files, err)
	}
	var m manifests
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("\n---")) {
			t.Errorf("%s has several objects", file)
		}
		var kind struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal(data, &kind); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var deployment apps.Deployment
		var set apps.StatefulSet
		into := map[string]any{
			"apps/v1 Deployment": &deployment, "apps/v1 StatefulSet": &set, "v1 Service": &m.service, "v1 Secret": &m.secret,
			"policy/v1 PodDisruptionBudget": &m.disruption, "networking.k8s.io/v1 NetworkPolicy": &m.network,
		}[kind.APIVersion+" "+kind.Kind]
		if into == nil {
			t.Fatalf("%s is a %s of %s", file, kind.Kind, kind.APIVersion)
		}
		if err := yaml.UnmarshalStrict(data, into); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		switch {
		case deployment.Name != "":
			m.pod, m.selector, m.replicas = deployment.Spec.Template, deployment.Spec.Selector.MatchLabels, *deployment.Spec.Replicas
		case set.Name != "":
			m.pod, m.selector, m.replicas, m.claims = set.Spec.Template, set.Spec.Selector.MatchLabels, *set.Spec.Replicas, set.Spec.VolumeClaimTemplates
		}
	}
	return m
}

var folders = []string{"postgres", "sqlite"}

func TestSelectorsFindThePods(t *testing.T) {
	for _, folder := range folders {
		m := load(t, folder)
		selectors := map[string]map[string]string{
			"the workload": m.selector, "Service": m.service.Spec.Selector, "NetworkPolicy": m.network.Spec.PodSelector.MatchLabels,
		}
		if folder == "postgres" {
			selectors["PodDisruptionBudget"] = m.disruption.Spec.Selector.MatchLabels
			for _, c := range m.pod.Spec.TopologySpreadConstraints {
				selectors["spread over "+c.TopologyKey] = c.LabelSelector.MatchLabels
			}
		}
		for name, selector := range selectors {
			if len(selector) == 0 {
				t.Errorf("%s: %s selects everything", folder, name)
			}
			for key, value := range selector {
				if m.pod.Labels[key] != value {
					t.Errorf("%s: %s selects %s=%s, the pods have %v", folder, name, key, value, m.pod.Labels)
				}
			}
		}
	}
}

func TestNamedPortsAreTheContainers(t *testing.T) {
	for _, folder := range folders {
		m := load(t, folder)
		container := m.pod.Spec.Containers[0]
		var names []string
		for _, p := range container.Ports {
			names = append(names, p.Name)
		}
		used := []string{
			m.service.Spec.Ports[0].TargetPort.String(), container.StartupProbe.HTTPGet.Port.String(),
			container.ReadinessProbe.HTTPGet.Port.String(), container.LivenessProbe.HTTPGet.Port.String(),
		}
		for _, rule := range m.network.Spec.Ingress {
			for _, p := range rule.Ports {
				used = append(used, p.Port.String())
			}
		}
		for _, name := range used {
			if !slices.Contains(names, name) {
				t.Errorf("%s: port %s is none of the container's %v", folder, name, names)
			}
		}
	}
}

// The profile "restricted" of Kubernetes' Pod Security Standards, and a root
// file system that nobody writes to.
func TestPodsAreRestricted(t *testing.T) {
	for _, folder := range folders {
		spec := load(t, folder).pod.Spec
		pod, container := spec.SecurityContext, spec.Containers[0].SecurityContext
		for rule, holds := range map[string]bool{
			"runs as root":                    *pod.RunAsNonRoot && *pod.RunAsUser != 0,
			"has no seccomp profile":          pod.SeccompProfile.Type == core.SeccompProfileTypeRuntimeDefault,
			"may gain privileges":             !*container.AllowPrivilegeEscalation,
			"keeps capabilities":              slices.Equal(container.Capabilities.Drop, []core.Capability{"ALL"}) && len(container.Capabilities.Add) == 0,
			"writes to its root":              *container.ReadOnlyRootFilesystem,
			"shares the machine's namespaces": !spec.HostNetwork && !spec.HostPID && !spec.HostIPC,
			"holds a token of the cluster":    !*spec.AutomountServiceAccountToken,
			"takes its neighbours' variables": !*spec.EnableServiceLinks,
		} {
			if !holds {
				t.Errorf("%s %s", folder, rule)
			}
		}
		for _, v := range spec.Volumes {
			if v.HostPath != nil {
				t.Errorf("%s mounts %s of the machine", folder, v.HostPath.Path)
			}
		}
	}
}

func TestVolumesAndSecretsAreThere(t *testing.T) {
	for _, folder := range folders {
		m := load(t, folder)
		var there []string
		for _, v := range m.pod.Spec.Volumes {
			there = append(there, v.Name)
			if v.Secret != nil && v.Secret.SecretName != m.secret.Name {
				t.Errorf("%s: secret %s is mounted, %s is made", folder, v.Secret.SecretName, m.secret.Name)
			}
		}
		for _, claim := range m.claims {
			there = append(there, claim.Name)
		}
		for _, mount := range m.pod.Spec.Containers[0].VolumeMounts {
			if !slices.Contains(there, mount.Name) {
				t.Errorf("%s: %s is mounted, there are %v", folder, mount.Name, there)
			}
		}
	}
}

func TestADrainLeavesANode(t *testing.T) {
	m := load(t, "postgres")
	if away := m.disruption.Spec.MaxUnavailable.IntVal; away < 1 || away >= m.replicas {
		t.Errorf("%d of %d may be taken away", away, m.replicas)
	}
	if m := load(t, "sqlite"); m.replicas != 1 || m.disruption.Name != "" {
		t.Error("SQLite has one server, and nothing that keeps its machine from being drained")
	}
}
