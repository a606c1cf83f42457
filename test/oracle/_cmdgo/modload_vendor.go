package modload

import (
	"cmd/go/internal/base"
	"cmd/go/internal/cfg"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

var fairleadVendorDir string

// FairleadVendor reads a modules.txt, and checks it with go.mod files, a JSON object with their folders as names, and a
// go.work file or nothing.
func FairleadVendor(modulesTxt, mains, work string) (answer any, err error) {
	if fairleadVendorDir == "" {
		if fairleadVendorDir, err = os.MkdirTemp("", "fairlead-vendor-"); err != nil {
			return nil, err
		}
	}
	root := fairleadVendorDir
	if err := os.MkdirAll(filepath.Join(root, "vendor"), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(root, "vendor", "modules.txt"), []byte(modulesTxt), 0o600); err != nil {
		return nil, err
	}
	vendorOnce = sync.Once{}
	vendorReplaced = nil
	cfg.BuildMod = "vendor"
	said, ended := base.FairleadCatch(func() { answer, err = fairleadVendor(root, mains, work) })
	if !ended {
		return answer, err
	}
	// What else was said before is said by other checks.
	if i := strings.Index(said, "inconsistent vendoring"); i >= 0 {
		said = said[i:]
	}
	// ShortPath goes by the folder that this process was started in.
	said = strings.ReplaceAll(strings.TrimRight(said, "\n"), base.ShortPath(root)+"/", "")
	return nil, errors.New(strings.ReplaceAll(said, root, "ROOT"))
}

func fairleadVendor(root, mains, work string) (answer any, err error) {
	s := NewState()
	s.initialized = true
	var workFile *modfile.WorkFile
	if work != "" {
		if workFile, err = modfile.ParseWork("go.work", []byte(work), nil); err != nil {
			return nil, err
		}
		s.workFilePath = filepath.Join(root, "go.work")
	}
	var list [][2]string
	if err := json.Unmarshal([]byte(mains), &list); err != nil {
		return nil, err
	}
	var files []*modfile.File
	var modules []module.Version
	var indices []*modFileIndex
	for _, each := range list {
		f, err := modfile.Parse("go.mod", []byte(each[1]), nil)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		modules = append(modules, f.Module.Mod)
		indices = append(indices, indexModFile([]byte(each[1]), f, f.Module.Mod, false))
		s.modRoots = append(s.modRoots, filepath.Join(root, each[0]))
	}
	s.MainModules = makeMainModules(s, modules, s.modRoots, files, indices, workFile)
	checkVendorConsistency(s, indices, files, s.modRoots)

	forWorkspace, err := modulesTextIsForWorkspace(filepath.Join(root, "vendor"))
	if err != nil {
		return nil, err
	}
	metas := map[string]any{}
	for mod, meta := range vendorMeta {
		if meta == (vendorMetadata{}) {
			continue
		}
		metas[mod.String()] = []string{fmt.Sprint(meta.Explicit), meta.Replacement.String(), meta.GoVersion}
	}
	packages := map[string]any{}
	for path, mod := range vendorPkgModule {
		packages[path] = mod.String()
	}
	return map[string]any{
		"workspace": forWorkspace,
		"selected":  fairleadNames(vendorList),
		"replaced":  fairleadNames(vendorReplaced),
		"metas":     metas,
		"packages":  packages,
	}, nil
}
