package vcs

import (
	"cmd/go/internal/cfg"
	"os"
	"sync"
)

// FairleadCheckGOVCS asks whether GOVCS allows a command for a repository root.
func FairleadCheckGOVCS(rules, goprivate, root, command string) error {
	if err := os.Setenv("GOVCS", rules); err != nil {
		return err
	}
	cfg.GOPRIVATE = goprivate
	govcsOnce = sync.Once{}
	govcs, govcsErr = nil, nil
	return checkGOVCS(vcsByCmd(command), root)
}
