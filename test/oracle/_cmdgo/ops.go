// Part of the oracle over the go command itself: its internals decide about GOPROXY, GOVCS, queries and so on, and nobody
// may import them. So oracle.ts builds this folder with `go build -overlay` as cmd/go/internal/fairleadoracle, out of the
// source in GOROOT, with one file more in each package that is asked. Nothing is copied; main.go is the other oracle's.
package main

import (
	"cmd/go/internal/cfg"
	"cmd/go/internal/envcmd"
	"cmd/go/internal/modfetch"
	"cmd/go/internal/modload"
	"cmd/go/internal/vcs"
	"cmd/internal/quoted"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

func init() {
	ops["goenv.parseProxyList"] = func(a []string) (any, error) { return modfetch.FairleadProxyList(a[0]) }
	ops["goenv.parseSumdb"] = func(a []string) (any, error) { return modfetch.FairleadSumDB(a[0]) }
	ops["goenv.usesSumdb"] = func(a []string) (any, error) {
		cfg.GONOSUMDB, cfg.GOSUMDB, cfg.GOPROXY = a[0], a[1], a[2]
		return modfetch.FairleadUseSumDB(a[3]), nil
	}
	ops["goenv.checkGovcs"] = func(a []string) (any, error) {
		return true, vcs.FairleadCheckGOVCS(a[0], a[1], a[2], a[3])
	}
	ops["goenv.splitQuoted"] = func(a []string) (any, error) { return quoted.Split(a[0]) }
	ops["goenv.joinQuoted"] = func(a []string) (any, error) { return quoted.Join(a) }
	ops["goenv.parseEnvFile"] = func(a []string) (any, error) {
		return withFile(a[0], func(file string) (any, error) {
			read := cfg.FairleadReadEnvFile(file)
			settings := []any{}
			for _, key := range slices.Sorted(maps.Keys(read)) {
				settings = append(settings, []string{key, read[key]})
			}
			return settings, nil
		})
	}
	ops["goenv.updateEnvFile"] = updateEnvFile
	ops["query.isRevisionQuery"] = func(a []string) (any, error) {
		return modload.IsRevisionQuery("example.com/m", a[0]), nil
	}
	ops["query.choose"] = func(a []string) (any, error) {
		return modload.FairleadQuery(a[0], a[1], a[2], a[3] == "true", a[4:])
	}
}

// updateEnvFile is `go env -w` and `go env -u`: a[0] is the file's text, a[1] a JSON object of what to set, the rest what
// to unset.
func updateEnvFile(a []string) (any, error) {
	return withFile(a[0], func(file string) (any, error) {
		os.Setenv("GOENV", file)
		set := map[string]string{}
		if err := json.Unmarshal([]byte(a[1]), &set); err != nil {
			return nil, err
		}
		unset := map[string]bool{}
		for _, key := range a[2:] {
			unset[key] = true
		}
		envcmd.FairleadUpdateEnvFile(set, unset)
		data, err := os.ReadFile(file)
		return string(data), err
	})
}

func withFile(text string, use func(file string) (any, error)) (any, error) {
	file := filepath.Join(os.TempDir(), "fairlead-oracle-"+strconv.Itoa(os.Getpid())+".env")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	defer os.Remove(file)
	return use(file)
}
