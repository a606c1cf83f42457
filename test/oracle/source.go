package main

import (
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

func init() {
	ops["source.constraint"] = func(a []string) (any, error) {
		x, err := constraint.Parse(a[0])
		if err != nil {
			return nil, err
		}
		return x.String(), nil
	}
	// GOOS, GOARCH, "cgo" or nothing, and tags between commas; then the files of a folder, name and text in turn.
	ops["source.package"] = func(a []string) (any, error) { return readPackage(a[:4], a[4:]), nil }
	ops["source.parses"] = func(a []string) (any, error) { return parses(a[0]), nil }
	// Whether the parser is to be asked, and a file's text.
	ops["source.file"] = func(a []string) (any, error) { return readFile(a[0] == "true", a[1]), nil }
	ops["source.fileName"] = func(a []string) (any, error) {
		c := contextOf(a[:4], []string{a[4], "package p\n"})
		return c.MatchFile("/pkg", a[4])
	}
}

type memoryFile struct {
	name string
	size int
}

func (f memoryFile) Name() string       { return f.name }
func (f memoryFile) Size() int64        { return int64(f.size) }
func (f memoryFile) Mode() fs.FileMode  { return 0o644 }
func (f memoryFile) ModTime() time.Time { return time.Time{} }
func (f memoryFile) IsDir() bool        { return false }
func (f memoryFile) Sys() any           { return nil }

// contextOf is a build of files in memory: nothing of this machine is looked at.
func contextOf(settings, files []string) *build.Context {
	texts := map[string]string{}
	var list []fs.FileInfo
	for i := 0; i+1 < len(files); i += 2 {
		texts["/pkg/"+files[i]] = files[i+1]
		list = append(list, memoryFile{files[i], len(files[i+1])})
	}
	slices.SortFunc(list, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	return &build.Context{
		GOOS:        settings[0],
		GOARCH:      settings[1],
		CgoEnabled:  settings[2] == "cgo",
		Compiler:    "gc",
		BuildTags:   strings.Split(settings[3], ","),
		ReleaseTags: build.Default.ReleaseTags,
		JoinPath:    path.Join,
		IsAbsPath:   path.IsAbs,
		IsDir:       func(p string) bool { return p == "/pkg" },
		HasSubdir:   func(root, dir string) (string, bool) { return "", false },
		ReadDir:     func(string) ([]fs.FileInfo, error) { return list, nil },
		OpenFile: func(p string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(texts[p])), nil
		},
	}
}

func readPackage(settings, files []string) any {
	p, _ := contextOf(settings, files).ImportDir("/pkg", 0)
	patterns := func(list []string) []string {
		if list == nil {
			return []string{}
		}
		return list
	}
	invalid := slices.Clone(p.InvalidGoFiles)
	slices.Sort(invalid)
	ignored := slices.Clone(p.IgnoredOtherFiles)
	slices.Sort(ignored)
	lists := map[string][]string{
		"goFiles": p.GoFiles, "cgoFiles": p.CgoFiles, "testGoFiles": p.TestGoFiles, "xTestGoFiles": p.XTestGoFiles,
		"ignoredGoFiles": p.IgnoredGoFiles, "invalidGoFiles": invalid, "ignoredOtherFiles": ignored,
		"cFiles": p.CFiles, "cxxFiles": p.CXXFiles, "mFiles": p.MFiles, "hFiles": p.HFiles, "fFiles": p.FFiles,
		"sFiles": p.SFiles, "swigFiles": p.SwigFiles, "swigCxxFiles": p.SwigCXXFiles, "sysoFiles": p.SysoFiles,
		"imports": p.Imports, "testImports": p.TestImports, "xTestImports": p.XTestImports,
		"embedPatterns": p.EmbedPatterns, "testEmbedPatterns": p.TestEmbedPatterns, "xTestEmbedPatterns": p.XTestEmbedPatterns,
		"cFlags": p.CgoCFLAGS, "cppFlags": p.CgoCPPFLAGS, "cxxFlags": p.CgoCXXFLAGS, "fFlags": p.CgoFFLAGS,
		"ldFlags": p.CgoLDFLAGS, "pkgConfig": p.CgoPkgConfig,
	}
	all := map[string]any{"name": p.Name}
	for name, list := range lists {
		all[name] = patterns(list)
	}
	return all
}

// parses tells whether the parser accepts all that it looks at. It may look behind the imports, which the go command doesn't.
func parses(text string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "x.go", text, parser.ImportsOnly|parser.ParseComments)
	return err == nil
}

// readFile is what a build for linux takes out of one file; with imports and mark where the parser can be asked.
func readFile(isParsed bool, text string) any {
	p, _ := contextOf([]string{"linux", "amd64", "cgo", ""}, []string{"x.go", text}).ImportDir("/pkg", 0)
	if len(p.InvalidGoFiles) > 0 {
		return map[string]any{"name": p.Name, "isInvalid": true}
	}
	if len(p.IgnoredGoFiles) > 0 {
		return map[string]any{"isIgnored": true}
	}
	imports, isGenerated := []any{}, false
	if isParsed {
		file, _ := parser.ParseFile(token.NewFileSet(), "x.go", text, parser.ImportsOnly|parser.ParseComments)
		isGenerated = ast.IsGenerated(file)
		for _, spec := range file.Imports {
			name := ""
			if spec.Name != nil {
				name = spec.Name.Name
			}
			unquoted, _ := strconv.Unquote(spec.Path.Value)
			imports = append(imports, []any{name, unquoted, int(spec.Pos()) - 1})
		}
	}
	directives := []any{}
	for _, d := range p.Directives {
		offset := d.Pos.Offset
		if strings.HasPrefix(text, "\ufeff") {
			offset += len("\ufeff")
		}
		directives = append(directives, []any{d.Text, offset})
	}
	return map[string]any{
		"name": p.Name, "embeds": p.EmbedPatterns, "directives": directives, "isGenerated": isGenerated, "imports": imports,
	}
}
