package modload

import (
	"cmd/go/internal/cfg"
	"cmd/internal/par"
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// FairleadKeepSums tells what go.sum is to have for a main module, or for a workspace, whose modules are as FairleadGraph
// takes them. packages is a JSON list of import paths, each with its module and version; a module of "?" is none. The flags
// are graph (it is loaded), packages, tidy, mod and wholeBuildList.
func FairleadKeepSums(work, mains string, goMods map[string]string, packages string, flags []string) (any, error) {
	stderr := os.Stderr
	defer func() { os.Stderr = stderr }()
	os.Stderr = nil
	// While the graph is loaded, go.sum is not asked.
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
	if slices.Contains(flags, "graph") {
		if _, err := rs.Graph(s, ctx); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(flags, "mod") {
		cfg.BuildMod = "readonly"
	}
	var ld *loader
	if slices.Contains(flags, "packages") {
		ld = &loader{loaderParams: loaderParams{requirements: rs}}
		ld.Tidy = slices.Contains(flags, "tidy")
		var list [][3]string
		if err := json.Unmarshal([]byte(packages), &list); err != nil {
			return nil, err
		}
		for _, each := range list {
			pkg := &loadPkg{path: each[0], mod: module.Version{Path: each[1], Version: each[2]}}
			if each[1] == "?" {
				pkg.mod, pkg.err = module.Version{}, errors.New("not found")
			}
			ld.pkgs = append(ld.pkgs, pkg)
		}
	}
	which := loadedZipSumsOnly
	if slices.Contains(flags, "wholeBuildList") {
		which = addBuildListZipSums
	}
	var lines []string
	for m := range keepSums(s, ctx, ld, rs, which) {
		// Folders, main modules and the two that stand for Go have no lines.
		if m.Version != "" && m.Version != "/go.mod" && m.Path != "go" && m.Path != "toolchain" {
			lines = append(lines, m.Path+" "+m.Version)
		}
	}
	slices.Sort(lines)
	return append([]string{}, lines...), nil
}
