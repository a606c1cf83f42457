package modload

import (
	"context"

	"golang.org/x/mod/module"
)

var fairleadHasGoMod bool

// versionHasGoMod stands in for the function of this name, which would download go.mod files; oracle.ts renames that one.
func versionHasGoMod(*State, context.Context, module.Version) (bool, error) {
	return fairleadHasGoMod, nil
}

// FairleadQuery does what queryProxy does between listing the versions and looking one up.
func FairleadQuery(path, query, current string, hasGoMod bool, versions []string) (any, error) {
	fairleadHasGoMod = hasGoMod
	matcher, err := newQueryMatcher(path, query, current, nil)
	if err == errRevQuery {
		return "revision", nil
	}
	if err != nil {
		return nil, err
	}
	releases, prereleases, err := matcher.filterVersions(nil, context.Background(), versions)
	if err != nil {
		return nil, err
	}
	pool := releases
	if len(pool) == 0 {
		pool = prereleases
	}
	chosen := any(nil)
	if len(pool) > 0 {
		chosen = pool[len(pool)-1]
		if matcher.preferLower {
			chosen = pool[0]
		}
	}
	return map[string]any{
		"canStat":            matcher.canStat,
		"prefix":             matcher.prefix,
		"preferLower":        matcher.preferLower,
		"mayUseLatest":       matcher.mayUseLatest,
		"preferIncompatible": matcher.preferIncompatible,
		"chosen":             chosen,
	}, nil
}
