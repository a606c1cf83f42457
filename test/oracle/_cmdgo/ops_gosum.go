package main

import (
	"cmd/go/internal/modfetch"
	"cmd/go/internal/modload"
	"encoding/json"

	"golang.org/x/mod/module"
)

func init() {
	ops["gosum.format"] = func(a []string) (any, error) { return modfetch.FairleadGoSum(a[0], a[1], nil) }
	ops["gosum.trim"] = func(a []string) (any, error) {
		return modfetch.FairleadGoSum(a[0], "build", append([]module.Version{}, moduleVersions(a[1:])...))
	}
	ops["gosum.check"] = func(a []string) (any, error) {
		return modfetch.FairleadCheckSum(module.Version{Path: a[0], Version: a[1]}, a[2], a[3:])
	}
	// The arguments are those of mvs.moduleGraph, then a JSON list of packages (path, module, version), then flags.
	ops["gosum.needed"] = func(a []string) (any, error) {
		goMods := map[string]string{}
		if err := json.Unmarshal([]byte(a[2]), &goMods); err != nil {
			return nil, err
		}
		return modload.FairleadKeepSums(a[0], a[1], goMods, a[3], a[4:])
	}
}
