package main

import (
	"cmd/go/internal/gover"
	"cmd/go/internal/toolchain"

	"golang.org/x/mod/module"
)

func init() {
	ops["gover.compare"] = func(a []string) (any, error) { return gover.Compare(a[0], a[1]), nil }
	ops["gover.max"] = func(a []string) (any, error) { return gover.Max(a[0], a[1]), nil }
	for name, f := range map[string]func(string) bool{
		"isValid": gover.IsValid, "isLang": gover.IsLang, "isPrerelease": gover.IsPrerelease,
	} {
		ops["gover."+name] = func(a []string) (any, error) { return f(a[0]), nil }
	}
	for name, f := range map[string]func(string) string{
		"lang": gover.Lang, "prev": gover.Prev, "fromToolchain": gover.FromToolchain,
	} {
		ops["gover."+name] = func(a []string) (any, error) { return f(a[0]), nil }
	}
	ops["gover.modCompare"] = func(a []string) (any, error) { return gover.ModCompare(a[0], a[1], a[2]), nil }
	ops["gover.modIsValid"] = func(a []string) (any, error) { return gover.ModIsValid(a[0], a[1]), nil }
	ops["gover.modIsPrefix"] = func(a []string) (any, error) { return gover.ModIsPrefix(a[0], a[1]), nil }
	ops["gover.modIsPrerelease"] = func(a []string) (any, error) { return gover.ModIsPrerelease(a[0], a[1]), nil }
	ops["gover.modMajorMinor"] = func(a []string) (any, error) { return gover.ModMajorMinor(a[0], a[1]), nil }
	ops["gover.modSort"] = func(a []string) (any, error) {
		list := moduleVersions(a)
		gover.ModSort(list)
		sorted := []any{}
		for _, m := range list {
			sorted = append(sorted, []string{m.Path, m.Version})
		}
		return sorted, nil
	}
	ops["gover.goModLookup"] = func(a []string) (any, error) { return gover.GoModLookup([]byte(a[0]), a[1]), nil }
	ops["gover.selectToolchain"] = func(a []string) (any, error) { return toolchain.FairleadSelect(a[0], a[1], a[2]) }
	ops["gover.newerToolchain"] = func(a []string) (any, error) { return toolchain.FairleadNewer(a[0], a[1:]) }
}

// moduleVersions reads pairs of a path and a version.
func moduleVersions(a []string) []module.Version {
	var list []module.Version
	for i := 0; i+1 < len(a); i += 2 {
		list = append(list, module.Version{Path: a[i], Version: a[i+1]})
	}
	return list
}
