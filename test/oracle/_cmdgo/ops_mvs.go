package main

import (
	"cmd/go/internal/modload"
	"cmd/go/internal/mvs"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/mod/module"
)

func init() {
	ops["mvs.buildList"] = onGraph(func(reqs reqsMap, a []module.Version) ([]module.Version, error) {
		return mvs.BuildList(a, reqs)
	})
	ops["mvs.upgradeAll"] = onGraph(func(reqs reqsMap, a []module.Version) ([]module.Version, error) {
		return mvs.UpgradeAll(a[0], reqs)
	})
	ops["mvs.upgrade"] = onGraph(func(reqs reqsMap, a []module.Version) ([]module.Version, error) {
		return mvs.Upgrade(a[0], reqs, a[1:]...)
	})
	ops["mvs.downgrade"] = onGraph(func(reqs reqsMap, a []module.Version) ([]module.Version, error) {
		return mvs.Downgrade(a[0], reqs, a[1:]...)
	})
	ops["mvs.req"] = onGraph(func(reqs reqsMap, a []module.Version) ([]module.Version, error) {
		var base []string
		for _, m := range a[1:] {
			base = append(base, m.Path)
		}
		return mvs.Req(a[0], base, reqs)
	})
	ops["mvs.moduleGraph"] = func(a []string) (any, error) {
		goMods := map[string]string{}
		if err := json.Unmarshal([]byte(a[2]), &goMods); err != nil {
			return nil, err
		}
		return modload.FairleadGraph(a[0], a[1], goMods)
	}
}

// onGraph gives an op the graph of a[0], lines such as "a@1: b@2 c@none", and the modules in the rest of a.
func onGraph(run func(reqs reqsMap, modules []module.Version) ([]module.Version, error)) op {
	return func(a []string) (any, error) {
		reqs := reqsMap{}
		for line := range strings.Lines(a[0]) {
			from, to, _ := strings.Cut(strings.TrimSpace(line), ":")
			reqs[parseModule(from)] = parseModules(strings.Fields(to))
		}
		list, err := run(reqs, parseModules(a[1:]))
		if err != nil {
			return nil, err
		}
		found := []any{}
		for _, m := range list {
			found = append(found, m.Path+"@"+m.Version)
		}
		return found, nil
	}
}

func parseModule(text string) module.Version {
	path, version, _ := strings.Cut(text, "@")
	return module.Version{Path: path, Version: version}
}

func parseModules(texts []string) []module.Version {
	modules := []module.Version{}
	for _, text := range texts {
		modules = append(modules, parseModule(text))
	}
	return modules
}

// reqsMap is a requirement graph whose versions are compared as texts, as the one of cmd/go/internal/mvs' own test.
type reqsMap map[module.Version][]module.Version

func (r reqsMap) Max(_, v1, v2 string) string {
	if v1 == "none" || v2 == "" {
		return v2
	}
	if v2 == "none" || v1 == "" {
		return v1
	}
	return max(v1, v2)
}

func (r reqsMap) Required(m module.Version) ([]module.Version, error) {
	if required, ok := r[m]; ok {
		return required, nil
	}
	return nil, fmt.Errorf("missing module: %v", m)
}

// highest is the highest version of a module that is not hidden and that is liked.
func (r reqsMap) highest(path string, liked func(version string) bool) (highest string) {
	for k := range r {
		if k.Path == path && !strings.HasSuffix(k.Version, ".hidden") && liked(k.Version) {
			highest = max(highest, k.Version)
		}
	}
	return highest
}

func (r reqsMap) Upgrade(m module.Version) (module.Version, error) {
	if v := r.highest(m.Path, func(string) bool { return true }); v != "" {
		return module.Version{Path: m.Path, Version: v}, nil
	}
	return module.Version{}, fmt.Errorf("missing module: %s", m.Path)
}

func (r reqsMap) Previous(m module.Version) (module.Version, error) {
	if v := r.highest(m.Path, func(version string) bool { return version < m.Version }); v != "" {
		return module.Version{Path: m.Path, Version: v}, nil
	}
	return module.Version{Path: m.Path, Version: "none"}, nil
}
