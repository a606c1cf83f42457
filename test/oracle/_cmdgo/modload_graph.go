package modload

import (
	"cmd/go/internal/cfg"
	"cmd/internal/par"
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

var fairleadGoMods map[string]string

// rawGoModData stands in for the function of this name, which reads files and asks proxies; oracle.ts renames that one.
func rawGoModData(_ *State, m module.Version) (name string, data []byte, err error) {
	if text, ok := fairleadGoMods[m.String()]; ok {
		return "go.mod", []byte(text), nil
	}
	return "", nil, module.VersionError(m, errors.New("no such module"))
}

// FairleadGraph loads the module graph of a main module, or of a workspace, as `go mod graph` and `go list -mod=mod -m all`
// do. work is a go.work file or empty; mains is a JSON list of go.mod files; goMods has the others by path@version, those of
// folders by path.
func FairleadGraph(work, mains string, goMods map[string]string) (any, error) {
	// It says on standard error what it excludes.
	stderr := os.Stderr
	defer func() { os.Stderr = stderr }()
	os.Stderr = nil
	cfg.BuildMod = "mod"
	fairleadGoMods = goMods
	rawGoModSummaryCache = par.ErrCache[module.Version, *modFileSummary]{}
	s := NewState()
	s.initialized = true
	var texts []string
	if err := json.Unmarshal([]byte(mains), &texts); err != nil {
		return nil, err
	}
	var workFile *modfile.WorkFile
	if work != "" {
		var err error
		if workFile, err = modfile.ParseWork("/fairlead-oracle/go.work", []byte(work), nil); err != nil {
			return nil, err
		}
		s.workFilePath = "/fairlead-oracle/go.work"
		cfg.BuildMod = "readonly"
	}
	var files []*modfile.File
	var modules []module.Version
	var indices []*modFileIndex
	for i, text := range texts {
		f, err := modfile.Parse("go.mod", []byte(text), nil)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		modules = append(modules, f.Module.Mod)
		indices = append(indices, indexModFile([]byte(text), f, f.Module.Mod, false))
		s.modRoots = append(s.modRoots, "/fairlead-oracle/"+string(rune('a'+i)))
	}
	s.MainModules = makeMainModules(s, modules, s.modRoots, files, indices, workFile)
	ctx := context.Background()
	rs := requirementsFromModFiles(s, ctx, workFile, files, nil)
	if work == "" && rs.hasRedundantRoot(s) {
		var err error
		if rs, err = updateRoots(s, ctx, rs.direct, rs, nil, nil, false); err != nil {
			return nil, err
		}
	}
	loaded, err := rs.Graph(s, ctx)
	if err != nil {
		return nil, err
	}
	var edges []string
	loaded.WalkBreadthFirst(func(m module.Version) {
		required, _ := loaded.RequiredBy(m)
		for _, r := range required {
			edges = append(edges, m.String()+" "+r.String())
		}
	})
	slices.Sort(edges)
	rs, mg, err := expandGraph(s, ctx, rs)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"edges":     strings.Join(edges, "\n"),
		"roots":     fairleadNames(rs.rootModules),
		"buildList": fairleadNames(mg.BuildList()),
	}, nil
}

func fairleadNames(modules []module.Version) []string {
	names := make([]string, len(modules))
	for i, m := range modules {
		names[i] = m.String()
	}
	return names
}
