package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

func init() {
	ops["zip.checkFiles"] = func(a []string) (any, error) {
		return withZip(a[0], func(file string) (any, error) { return checkFiles(file, a[1], a[2]) })
	}
	ops["zip.hashZip"] = func(a []string) (any, error) {
		return withZip(a[0], func(file string) (any, error) { return hashZip(file, a[1], a[2]) })
	}
	ops["zip.hashFile"] = func(a []string) (any, error) { return hashZip(a[0], a[1], a[2]) }
	ops["zip.create"] = func(a []string) (any, error) { return createZip(a) }
	ops["zip.testdata"] = testdata
}

// withZip gives bytes in base64 a file name, which x/mod wants.
func withZip(encoded string, use func(file string) (any, error)) (any, error) {
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(os.TempDir(), "fairlead-oracle-"+strconv.Itoa(os.Getpid())+".zip")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, err
	}
	defer os.Remove(file)
	return use(file)
}

// checkFiles reports what is in the lists of CheckedFiles; an error that has no list is an error.
func checkFiles(file, path, version string) (any, error) {
	checked, err := modzip.CheckZip(module.Version{Path: path, Version: version}, file)
	if err != nil && len(checked.Valid)+len(checked.Invalid) == 0 {
		return nil, err
	}
	var invalid []any
	for _, fe := range checked.Invalid {
		invalid = append(invalid, map[string]any{"path": fe.Path, "message": fe.Err.Error()})
	}
	sizeError := ""
	if checked.SizeError != nil {
		sizeError = checked.SizeError.Error()
	}
	return map[string]any{"valid": checked.Valid, "invalid": invalid, "sizeError": sizeError}, nil
}

// hashZip is what the go command does with a zip: check it, then hash all that is in it.
func hashZip(file, path, version string) (any, error) {
	if _, err := modzip.CheckZip(module.Version{Path: path, Version: version}, file); err != nil {
		return nil, err
	}
	return dirhash.HashZip(file, dirhash.Hash1)
}

// createZip writes a zip with Go's archive/zip: name, content, name, content, …
func createZip(a []string) (any, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i+1 < len(a); i += 2 {
		f, err := w.Create(a[i])
		if err != nil {
			return nil, err
		}
		if _, err := f.Write([]byte(a[i+1])); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString(buf.Bytes()), nil
}

// testdata lists the zips that golang.org/x/mod/zip tests itself with: a[0] is the module's source, a[1] a folder in
// zip/testdata. Its files are txtar archives, whose comment has settings such as "path=" and "version=".
func testdata(a []string) (any, error) {
	files, err := filepath.Glob(filepath.Join(a[0], "zip/testdata", a[1], "*.txt"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("no testdata in " + a[1])
	}
	var all []any
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		comment, parts := parseTxtar(string(data))
		zipped, err := createZip(parts)
		if err != nil {
			return nil, err
		}
		settings := map[string]any{}
		for line := range strings.Lines(comment) {
			if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
				settings[key] = value
			}
		}
		all = append(all, map[string]any{"file": filepath.Base(file), "zip": zipped, "settings": settings})
	}
	return all, nil
}

// parseTxtar reads the comment, and name, content, name, content, … Lines "-- name --" begin a file.
func parseTxtar(text string) (comment string, parts []string) {
	for line := range strings.Lines(text) {
		trimmed := strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(trimmed, "-- ") && strings.HasSuffix(trimmed, " --") && len(trimmed) >= 6 {
			parts = append(parts, strings.TrimSpace(trimmed[3:len(trimmed)-3]), "")
		} else if len(parts) > 0 {
			parts[len(parts)-1] += line
		} else {
			comment += line
		}
	}
	return comment, parts
}
