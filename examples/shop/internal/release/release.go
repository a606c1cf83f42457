// Package release says how this release of the shop behaves. A real service has bugs instead.
package release

import "fmt"

// A Kind is a way to behave.
type Kind string

// The kinds of release.
const (
	Good       Kind = "good"
	Slow       Kind = "slow"
	Crash      Kind = "crash"
	Errors     Kind = "errors"
	Unhealthy  Kind = "unhealthy"
	NeverReady Kind = "never-ready"
)

// built is set when it is built: -ldflags "-X example.com/team/shop/internal/release.built=errors".
var built = string(Good)

// Parse reads a kind's name; the empty name is what was built in.
func Parse(name string) (Kind, error) {
	if name == "" {
		name = built
	}
	switch kind := Kind(name); kind {
	case Good, Slow, Crash, Errors, Unhealthy, NeverReady:
		return kind, nil
	}
	return "", fmt.Errorf("there is no release %q", name)
}
