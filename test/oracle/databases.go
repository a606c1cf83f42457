package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func init() {
	ops["sumdb.client"] = askClient
	ops["sumdb.clientOver"] = askClientOver
	ops["sumdb.serve"] = askServer
	ops["sumdb.listen"] = func(a []string) (any, error) { return listen(a[0], a[1]) }
}

// askClient lets a client look up the lines of a[4], "path version" each, with a key, a stored tree head, a tile height and
// GONOSUMDB before them, and behind them all that the server has: path, content, path, content, …
func askClient(a []string) (any, error) {
	remote := map[string][]byte{}
	for i := 5; i+1 < len(a); i += 2 {
		remote[a[i]] = []byte(a[i+1])
	}
	world := newClientWorld(a[0], a[1], func(path string) ([]byte, error) {
		if data, ok := remote[path]; ok {
			return data, nil
		}
		return nil, fmt.Errorf("no remote path %s", path)
	})
	client := sumdb.NewClient(world)
	client.SetGONOSUMDB(a[3])
	client.SetTileHeight(int(number(a[2])))
	for _, lookup := range strings.Split(a[4], "\n") {
		if !world.lookup(client, lookup) {
			break
		}
	}
	return world.report(), nil
}

// askClientOver lets a client look up "url path version" each over HTTP.
func askClientOver(a []string) (any, error) {
	base := ""
	world := newClientWorld(a[0], "", func(path string) ([]byte, error) { return get(base + path) })
	client := sumdb.NewClient(world)
	for _, lookup := range a[1:] {
		url, rest, _ := strings.Cut(lookup, " ")
		base = url
		if !world.lookup(client, rest) {
			break
		}
	}
	return world.report(), nil
}

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("status %d: %s", answer.StatusCode, strings.TrimSpace(string(body)))
	}
	return body, err
}

// clientWorld is all that a client has beside the server, in memory.
type clientWorld struct {
	read func(path string) ([]byte, error)

	mu       sync.Mutex
	config   map[string][]byte
	cache    map[string][]byte
	security string
	failed   string
	results  []any
}

func newClientWorld(key, latest string, read func(path string) ([]byte, error)) *clientWorld {
	name, _, _ := strings.Cut(key, "+")
	return &clientWorld{
		read:   read,
		config: map[string][]byte{"key": []byte(key), name + "/latest": []byte(latest)},
		cache:  map[string][]byte{},
	}
}

// lookup reports whether to go on: not once the server was caught. It does not ask about the go.mod file of a module that
// failed: Go then remembers the failure, and the TypeScript side tries anew.
func (w *clientWorld) lookup(client *sumdb.Client, lookup string) bool {
	path, version, _ := strings.Cut(lookup, " ")
	if path == w.failed && strings.HasSuffix(version, "/go.mod") {
		return true
	}
	lines, err := client.Lookup(path, version)
	if err != nil {
		w.failed = path
		w.results = append(w.results, map[string]any{"error": err.Error()})
	} else {
		w.results = append(w.results, map[string]any{"lines": append([]string{}, lines...)})
	}
	return w.security == ""
}

func (w *clientWorld) report() map[string]any {
	latest := ""
	for file, data := range w.config {
		if file != "key" {
			latest = string(data)
		}
	}
	cache := map[string]any{}
	for file, data := range w.cache {
		cache[file] = base64.StdEncoding.EncodeToString(data)
	}
	return map[string]any{"results": w.results, "latest": latest, "cache": cache, "security": w.security}
}

func (w *clientWorld) ReadRemote(path string) ([]byte, error) { return w.read(path) }

func (w *clientWorld) ReadConfig(file string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.config[file], nil
}

func (w *clientWorld) WriteConfig(file string, old, new []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !bytes.Equal(old, w.config[file]) {
		return sumdb.ErrWriteConflict
	}
	w.config[file] = new
	return nil
}

func (w *clientWorld) ReadCache(file string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	data, ok := w.cache[file]
	if !ok {
		return nil, errors.New("not cached")
	}
	return data, nil
}

func (w *clientWorld) WriteCache(file string, data []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cache[file] = data
}

func (w *clientWorld) Log(string) {}

func (w *clientWorld) SecurityError(message string) { w.security += message }

// gosum makes up the lines of a module version; salted ones are another module's.
func gosum(salt string) func(path, version string) ([]byte, error) {
	return func(path, version string) ([]byte, error) {
		if strings.Contains(path, "missing") {
			return nil, &fs.PathError{Op: "lookup", Path: path + "@" + version, Err: fs.ErrNotExist}
		}
		sum := func(what string) string {
			hash := sha256.Sum256([]byte(salt + path + "@" + version + what))
			return base64.StdEncoding.EncodeToString(hash[:])
		}
		return fmt.Appendf(nil, "%s %s h1:%s\n%s %s/go.mod h1:%s\n",
			path, version, sum(""), path, version, sum("/go.mod")), nil
	}
}

// askServer asks the server of a database, whose signer key is a[0] and which has the versions v1.0.0 to v1.0.19 of
// example.com/m, for the path a[1].
func askServer(a []string) (any, error) {
	database := servers[a[0]]
	if database == nil {
		database = sumdb.NewTestServer(a[0], gosum(""))
		for i := range 20 {
			version := fmt.Sprintf("v1.0.%d", i)
			if _, err := database.Lookup(context.Background(), module.Version{Path: "example.com/m", Version: version}); err != nil {
				return nil, err
			}
		}
		servers[a[0]] = database
	}
	recorder := httptest.NewRecorder()
	request := &http.Request{Method: "GET", URL: &url.URL{Path: a[1]}}
	sumdb.NewServer(readOnly{database}).ServeHTTP(recorder, request)
	answer := recorder.Result()
	return map[string]any{
		"status":      answer.StatusCode,
		"contentType": answer.Header.Get("Content-Type"),
		"body":        recorder.Body.String(),
	}, nil
}

var servers = map[string]*sumdb.TestServer{}

// readOnly is a database that says what is not there, as x/mod's own for tests does not.
type readOnly struct{ *sumdb.TestServer }

func (r readOnly) Lookup(ctx context.Context, m module.Version) (int64, error) {
	for i := range int64(20) {
		if m.Path == "example.com/m" && m.Version == fmt.Sprintf("v1.0.%d", i) {
			return i, nil
		}
	}
	return 0, &fs.PathError{Op: "lookup", Path: m.String(), Err: fs.ErrNotExist}
}

func (r readOnly) ReadRecords(ctx context.Context, id, n int64) ([][]byte, error) {
	if id < 0 || id > 20 || n > 20-id {
		return nil, &fs.PathError{Op: "read", Path: "records", Err: fs.ErrNotExist}
	}
	return r.TestServer.ReadRecords(ctx, id, n)
}

func (r readOnly) ReadTileData(ctx context.Context, t tlog.Tile) ([]byte, error) {
	if t.L*t.H > 10 || t.N > 20 || (t.N<<t.H+int64(t.W))<<(t.L*t.H) > 20 {
		return nil, &fs.PathError{Op: "read", Path: "tile", Err: fs.ErrNotExist}
	}
	return r.TestServer.ReadTileData(ctx, t)
}

// listen serves a database over HTTP until the oracle ends, and gives its address. The lie is what it does to some answers.
func listen(signerKey, lie string) (any, error) {
	salt := ""
	if lie == "fork" {
		salt = lie
	}
	database := sumdb.NewTestServer(signerKey, gosum(salt))
	if lie == "rolledBack" {
		// It has lost all but its first two records, and then got others.
		database = sumdb.NewTestServer(signerKey, func(path, version string) ([]byte, error) {
			if version == "v1.0.0" || version == "v1.0.1" {
				return gosum("")(path, version)
			}
			return gosum(lie)(path, version)
		})
		for _, version := range []string{"v1.0.0", "v1.0.1", "v1.0.9"} {
			if _, err := database.Lookup(context.Background(), module.Version{Path: "example.com/m", Version: version}); err != nil {
				return nil, err
			}
		}
	}
	server := sumdb.NewServer(database)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, r)
		w.WriteHeader(recorder.Code)
		w.Write(tellLie(lie, r.URL.Path, recorder.Body.Bytes()))
	}))
	return "http://" + listener.Addr().String(), nil
}

func tellLie(lie, path string, body []byte) []byte {
	isLookup := strings.HasPrefix(path, "/lookup/")
	switch {
	case lie == "wrongRecord" && isLookup:
		return bytes.Replace(body, []byte(" h1:"), []byte(" h1:forged"), 1)
	case lie == "wrongSignature" && isLookup:
		return bytes.Replace(body, []byte("tree\n"), []byte("tree\n1"), 1)
	case lie == "stranger" && isLookup:
		skey, _, err := note.GenerateKey(strings.NewReader(strings.Repeat("s", 32)), "stranger")
		if err != nil {
			panic(err)
		}
		signer, err := note.NewSigner(skey)
		if err != nil {
			panic(err)
		}
		_, _, head, err := tlog.ParseRecord(body)
		if err != nil {
			panic(err)
		}
		text, _, _ := strings.Cut(string(head), "\n\n")
		signed, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
		if err != nil {
			panic(err)
		}
		return append(body[:len(body)-len(head)], signed...)
	case lie == "truncatedTile" && strings.HasPrefix(path, "/tile/"):
		return body[:len(body)-1]
	case lie == "flippedTile" && strings.HasPrefix(path, "/tile/"):
		body[0] ^= 1
		return body
	}
	return body
}
