package toolchain

import (
	"cmd/go/internal/base"
	"cmd/go/internal/gover"
	"cmd/go/internal/modload"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// fairleadExec is what Exec was asked for.
type fairleadExec struct{ toolchain string }

// Exec stands in for the function of this name, which would run another go command; oracle.ts renames that one.
func Exec(_ *modload.State, gotoolchain string) {
	panic(fairleadExec{gotoolchain})
}

// FairleadSelect tells which toolchain is run for a go.mod file.
func FairleadSelect(gotoolchain, local, text string) (chosen any, err error) {
	folder, err := os.MkdirTemp("", "fairlead-oracle-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := os.WriteFile(filepath.Join(folder, "go.mod"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	if err := os.Chdir(folder); err != nil {
		return nil, err
	}
	defer os.Chdir(os.TempDir())
	os.Setenv("GOENV", "off")
	os.Setenv("GOWORK", "off")
	os.Setenv("GOTOOLCHAIN", gotoolchain)
	gover.TestVersion = local
	os.Args = os.Args[:1]
	defer func() {
		if r := recover(); r != nil {
			exec, ok := r.(fairleadExec)
			if !ok {
				panic(r)
			}
			chosen, err = exec.toolchain, nil
		}
	}()
	if said, ended := base.FairleadCatch(Select); ended {
		return nil, errors.New(strings.TrimSpace(said))
	}
	return "local", nil
}

// FairleadNewer tells which toolchain is switched to.
func FairleadNewer(need string, list []string) (string, error) { return newerToolchain(need, list) }
