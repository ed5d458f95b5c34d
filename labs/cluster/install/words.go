package install

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// describe says in words why pods are not ready.
func describe(pods objects) string {
	var out []string
	for name, u := range pods {
		why := "starting"
		if p, _, _ := unstructured.NestedString(u.Object, "status", "phase"); p == "Pending" {
			why = "pending"
			if m := conditionMessage(u, "PodScheduled"); m != "" {
				why += ": " + m
			}
		}
		for _, c := range containers(u) {
			for _, state := range []string{"waiting", "terminated"} {
				if reason, ok, _ := unstructured.NestedString(c, "state", state, "reason"); ok {
					message, _, _ := unstructured.NestedString(c, "state", state, "message")
					why = strings.TrimSuffix(reason+": "+short(message), ": ")
					if image := imageOf(u, c); creating(reason) && image != "" {
						why = "pulling or creating: " + image
					}
				}
			}
		}
		out = append(out, name+" ("+why+")")
	}
	if len(out) == 0 {
		return "no pod yet"
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// creating says whether a container waits for its image, or to be made: the
// kubelet has the same word for both.
func creating(reason string) bool {
	return reason == "ContainerCreating" || reason == "PodInitializing"
}

// pulling says whether an image may be on its way.
func pulling(pods objects) bool {
	for _, u := range pods {
		for _, c := range containers(u) {
			if reason, _, _ := unstructured.NestedString(c, "state", "waiting", "reason"); creating(reason) {
				return true
			}
		}
	}
	return false
}

// imageOf is the image that the pod asks for, for the container of a status.
func imageOf(u *unstructured.Unstructured, status map[string]any) string {
	list, _, _ := unstructured.NestedSlice(u.Object, "spec", "containers")
	for _, c := range list {
		if m, ok := c.(map[string]any); ok && m["name"] == status["name"] {
			image, _ := m["image"].(string)
			return strings.TrimPrefix(image, "docker.io/")
		}
	}
	return ""
}

// short is the first line of a message, cut where it gets long.
func short(message string) string {
	line, _, _ := strings.Cut(message, "\n")
	if r := []rune(line); len(r) > 160 {
		return string(r[:160]) + "…"
	}
	return line
}

func containers(u *unstructured.Unstructured) []map[string]any {
	list, _, _ := unstructured.NestedSlice(u.Object, "status", "containerStatuses")
	var out []map[string]any
	for _, c := range list {
		if m, ok := c.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func condition(u *unstructured.Unstructured, kind string) string {
	s, _ := conditionOf(u, kind)["status"].(string)
	return s
}

// conditionMessage is the message of a condition that does not hold.
func conditionMessage(u *unstructured.Unstructured, kind string) string {
	c := conditionOf(u, kind)
	if c["status"] != "False" {
		return ""
	}
	m, _ := c["message"].(string)
	return short(m)
}

func conditionOf(u *unstructured.Unstructured, kind string) map[string]any {
	list, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range list {
		if m, ok := c.(map[string]any); ok && m["type"] == kind {
			return m
		}
	}
	return nil
}
