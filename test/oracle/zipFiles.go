package main

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

func init() {
	ops["zip.checkFileList"] = func(a []string) (any, error) {
		files, err := fileList(a)
		if err != nil {
			return nil, err
		}
		checked, _ := modzip.CheckFiles(files)
		return checkedFiles(checked), nil
	}
	ops["zip.createModule"] = func(a []string) (any, error) {
		files, err := fileList(a[2:])
		if err != nil {
			return nil, err
		}
		var buf bytes.Buffer
		if err := modzip.Create(&buf, module.Version{Path: a[0], Version: a[1]}, files); err != nil {
			return nil, err
		}
		return base64.StdEncoding.EncodeToString(buf.Bytes()), nil
	}
	ops["zip.createFromDir"] = func(a []string) (any, error) {
		return withDir(a[2:], func(dir string) (any, error) {
			var buf bytes.Buffer
			if err := modzip.CreateFromDir(&buf, module.Version{Path: a[0], Version: a[1]}, dir); err != nil {
				return nil, errors.New(strings.ReplaceAll(err.Error(), " "+dir+":", ":"))
			}
			return base64.StdEncoding.EncodeToString(buf.Bytes()), nil
		})
	}
	ops["zip.checkDir"] = func(a []string) (any, error) {
		return withDir(a, func(dir string) (any, error) {
			checked, _ := modzip.CheckDir(dir)
			for i, file := range checked.Valid {
				checked.Valid[i] = strings.TrimPrefix(file, dir+"/")
			}
			for _, list := range [][]modzip.FileError{checked.Omitted, checked.Invalid} {
				for i := range list {
					list[i].Path = strings.TrimPrefix(list[i].Path, dir+"/")
				}
			}
			return checkedFiles(checked), nil
		})
	}
	ops["dirhash.hashDir"] = func(a []string) (any, error) {
		return withDir(a[1:], func(dir string) (any, error) { return dirhash.HashDir(dir, a[0], dirhash.Hash1) })
	}
	ops["zip.unzip"] = func(a []string) (any, error) {
		return withZip(a[0], func(file string) (any, error) {
			dir := file + ".d"
			defer removeAll(dir)
			if err := modzip.Unzip(dir, module.Version{Path: a[1], Version: a[2]}, file); err != nil {
				return nil, err
			}
			found := []any{}
			err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() {
					return err
				}
				data, err := os.ReadFile(name)
				found = append(found, strings.TrimPrefix(name, dir+"/"), string(data))
				return err
			})
			return found, err
		})
	}
	ops["flate"] = func(a []string) (any, error) {
		var buf bytes.Buffer
		w, err := flate.NewWriter(&buf, 5)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, a[0]); err != nil {
			return nil, err
		}
		err = w.Close()
		return base64.StdEncoding.EncodeToString(buf.Bytes()), err
	}
	ops["zip.testfiles"] = func(a []string) (any, error) {
		names, err := filepath.Glob(filepath.Join(a[0], "zip/testdata", a[1], "*.txt"))
		if err != nil {
			return nil, err
		}
		var all []any
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			comment, parts := parseTxtar(string(data))
			all = append(all, map[string]any{"name": filepath.Base(name), "comment": comment, "parts": parts})
		}
		return all, nil
	}
	ops["module.sort"] = func(a []string) (any, error) {
		var list []module.Version
		for i := 0; i+1 < len(a); i += 2 {
			list = append(list, module.Version{Path: a[i], Version: a[i+1]})
		}
		module.Sort(list)
		sorted := []any{}
		for _, m := range list {
			sorted = append(sorted, m.Path+" "+m.Version)
		}
		return sorted, nil
	}
}

func checkedFiles(checked modzip.CheckedFiles) any {
	lists := map[string]any{"valid": append([]string{}, checked.Valid...), "sizeError": ""}
	for key, list := range map[string][]modzip.FileError{"omitted": checked.Omitted, "invalid": checked.Invalid} {
		texts := []any{}
		for _, fe := range list {
			texts = append(texts, fe.Path+": "+fe.Err.Error())
		}
		lists[key] = texts
	}
	if checked.SizeError != nil {
		lists["sizeError"] = checked.SizeError.Error()
	}
	return lists
}

// A listedFile is a file that isn't on any disk: path, type, size, content, one after the other.
type listedFile struct{ path, kind, size, content string }

func fileList(a []string) ([]modzip.File, error) {
	var files []modzip.File
	for i := 0; i+3 < len(a); i += 4 {
		if _, err := strconv.ParseInt(a[i+2], 10, 64); err != nil {
			return nil, err
		}
		files = append(files, listedFile{a[i], a[i+1], a[i+2], a[i+3]})
	}
	return files, nil
}

func (f listedFile) Path() string                { return f.path }
func (f listedFile) Lstat() (os.FileInfo, error) { return f, nil }
func (f listedFile) Open() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(f.content)), nil
}
func (f listedFile) Name() string       { return path.Base(f.path) }
func (f listedFile) ModTime() time.Time { return time.Time{} }
func (f listedFile) IsDir() bool        { return f.kind == "directory" }
func (f listedFile) Sys() any           { return nil }
func (f listedFile) Size() int64        { size, _ := strconv.ParseInt(f.size, 10, 64); return size }
func (f listedFile) Mode() os.FileMode {
	return map[string]os.FileMode{"directory": os.ModeDir, "symlink": os.ModeSymlink, "other": os.ModeNamedPipe}[f.kind]
}

// withDir writes path, type, content, path, type, content, … to a folder.
func withDir(a []string, use func(dir string) (any, error)) (any, error) {
	dir, err := os.MkdirTemp("", "fairlead-oracle-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for i := 0; i+2 < len(a); i += 3 {
		file := filepath.Join(dir, a[i])
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return nil, err
		}
		switch a[i+1] {
		case "directory":
			err = os.MkdirAll(file, 0o777)
		case "symlink":
			err = os.Symlink(a[i+2], file)
		default:
			err = os.WriteFile(file, []byte(a[i+2]), 0o666)
		}
		if err != nil {
			return nil, err
		}
	}
	return use(dir)
}

// removeAll removes a folder of files that are read-only.
func removeAll(dir string) {
	os.RemoveAll(dir)
}
