package modfetch

import (
	"cmd/go/internal/cfg"
	"sync"

	"golang.org/x/mod/module"
)

// FairleadProxyList parses a GOPROXY list. There is no GONOPROXY, which would put "noproxy" before it.
func FairleadProxyList(list string) (any, error) {
	cfg.GOPROXY, cfg.GONOPROXY = list, ""
	proxyOnce.Once = sync.Once{}
	proxyOnce.list, proxyOnce.err = nil, nil
	proxies, err := proxyList()
	if err != nil {
		return nil, err
	}
	var entries []any
	for _, proxy := range proxies {
		entries = append(entries, map[string]any{"url": proxy.url, "fallBackOnAnyError": proxy.fallBackOnError})
	}
	return entries, nil
}

// FairleadSumDB gives the name of a GOSUMDB.
func FairleadSumDB(gosumdb string) (any, error) {
	cfg.GOSUMDB = gosumdb
	name, _, err := dbDial()
	return name, err
}

// FairleadUseSumDB asks whether a module is verified, with the settings in cfg.
func FairleadUseSumDB(path string) bool {
	return useSumDB(module.Version{Path: path, Version: "v1.0.0"})
}
