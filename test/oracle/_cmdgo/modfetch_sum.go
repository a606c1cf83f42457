package modfetch

import (
	"cmd/go/internal/base"
	"cmd/go/internal/cfg"
	"errors"

	"golang.org/x/mod/module"
)

func fairleadSums(text, command string) (f *Fetcher, err error) {
	cfg.CmdName = command
	f = NewFetcher()
	f.goSumFile = "go.sum"
	f.sumState.m = map[module.Version][]string{}
	f.sumState.w = map[string]map[module.Version][]string{}
	f.sumState.status = map[modSum]modSumStatus{}
	f.sumState.enabled = true
	f.sumState.overwrite = true
	if said, ended := base.FairleadCatch(func() { readGoSum(f.sumState.m, "go.sum", []byte(text)) }); ended {
		return nil, errors.New(said)
	}
	return f, nil
}

// FairleadGoSum writes a go.sum file anew, with what is to be kept, or all of it.
func FairleadGoSum(text, command string, keep []module.Version) (any, error) {
	f, err := fairleadSums(text, command)
	if err != nil {
		return nil, err
	}
	kept := map[module.Version]bool{}
	for _, m := range keep {
		kept[m] = true
	}
	if keep != nil {
		f.TrimGoSum(kept)
	}
	return string(tidyGoSum(f, nil, kept)), nil
}

// FairleadCheckSum holds a hash against go.sum files: the first is the main one.
func FairleadCheckSum(mod module.Version, hash string, texts []string) (any, error) {
	f, err := fairleadSums(texts[0], "build")
	if err != nil {
		return nil, err
	}
	for i, text := range texts[1:] {
		other, err := fairleadSums(text, "build")
		if err != nil {
			return nil, err
		}
		f.sumState.w[string(rune('a'+i))] = other.sumState.m
	}
	recorded, ok := f.RecordedSum(mod)
	if !ok {
		recorded = ""
	}
	found := false
	said, ended := base.FairleadCatch(func() { found = haveModSumLocked(f, mod, hash) })
	return map[string]any{"have": HaveSum(f, mod), "recorded": recorded, "found": found, "ended": ended, "said": said}, nil
}
