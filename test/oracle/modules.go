package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb/note"
)

func init() {
	text := func(f func(string) string) op { return func(a []string) (any, error) { return f(a[0]), nil } }
	check := func(f func(string) error) op { return func(a []string) (any, error) { return true, f(a[0]) } }
	convert := func(f func(string) (string, error)) op { return func(a []string) (any, error) { return f(a[0]) } }

	ops["semver.isValid"] = func(a []string) (any, error) { return semver.IsValid(a[0]), nil }
	ops["semver.canonical"] = text(semver.Canonical)
	ops["semver.major"] = text(semver.Major)
	ops["semver.majorMinor"] = text(semver.MajorMinor)
	ops["semver.prerelease"] = text(semver.Prerelease)
	ops["semver.build"] = text(semver.Build)
	ops["semver.compare"] = func(a []string) (any, error) { return semver.Compare(a[0], a[1]), nil }
	ops["semver.max"] = func(a []string) (any, error) { return semver.Max(a[0], a[1]), nil }
	ops["semver.sort"] = func(a []string) (any, error) { semver.Sort(a); return a, nil }

	ops["module.checkPath"] = check(module.CheckPath)
	ops["module.checkImportPath"] = check(module.CheckImportPath)
	ops["module.checkFilePath"] = check(module.CheckFilePath)
	ops["module.check"] = func(a []string) (any, error) { return true, module.Check(a[0], a[1]) }
	ops["module.splitPathVersion"] = func(a []string) (any, error) {
		prefix, major, ok := module.SplitPathVersion(a[0])
		if !ok {
			return nil, nil
		}
		return map[string]any{"prefix": prefix, "pathMajor": major}, nil
	}
	ops["module.checkPathMajor"] = func(a []string) (any, error) { return true, module.CheckPathMajor(a[0], a[1]) }
	ops["module.matchPathMajor"] = func(a []string) (any, error) { return module.MatchPathMajor(a[0], a[1]), nil }
	ops["module.pathMajorPrefix"] = text(module.PathMajorPrefix)
	ops["module.canonicalVersion"] = text(module.CanonicalVersion)
	ops["module.escapePath"] = convert(module.EscapePath)
	ops["module.unescapePath"] = convert(module.UnescapePath)
	ops["module.escapeVersion"] = convert(module.EscapeVersion)
	ops["module.unescapeVersion"] = convert(module.UnescapeVersion)
	ops["module.matchPrefixPatterns"] = func(a []string) (any, error) { return module.MatchPrefixPatterns(a[0], a[1]), nil }
	ops["path.match"] = func(a []string) (any, error) {
		matched, err := path.Match(a[0], a[1])
		if err != nil {
			return "badPattern", nil
		}
		return matched, nil
	}

	ops["pseudo.isPseudoVersion"] = func(a []string) (any, error) { return module.IsPseudoVersion(a[0]), nil }
	ops["pseudo.isZeroPseudoVersion"] = func(a []string) (any, error) { return module.IsZeroPseudoVersion(a[0]), nil }
	ops["pseudo.zeroPseudoVersion"] = text(module.ZeroPseudoVersion)
	ops["pseudo.pseudoVersionRev"] = convert(module.PseudoVersionRev)
	ops["pseudo.pseudoVersionBase"] = convert(module.PseudoVersionBase)
	ops["pseudo.pseudoVersionTime"] = func(a []string) (any, error) {
		t, err := module.PseudoVersionTime(a[0])
		return t.UTC().Format("2006-01-02T15:04:05.000Z"), err
	}
	ops["pseudo.pseudoVersion"] = func(a []string) (any, error) {
		t, err := time.Parse(time.RFC3339, a[2])
		if err != nil {
			return nil, err
		}
		return module.PseudoVersion(a[0], a[1], t, a[3]), nil
	}

	ops["quote"] = text(strconv.Quote)
	ops["unquote"] = func(a []string) (any, error) {
		text, err := strconv.Unquote(a[0])
		if err != nil {
			return nil, nil
		}
		return text, nil
	}
	ops["codePoints"] = codePoints
	ops["trimSpace"] = text(strings.TrimSpace)
	ops["fields"] = func(a []string) (any, error) { return strings.Fields(a[0]), nil }
	ops["url.parse"] = parseURL
	ops["note.verifierName"] = func(a []string) (any, error) {
		verifier, err := note.NewVerifier(a[0])
		if err != nil {
			return nil, err
		}
		return verifier.Name(), nil
	}
	ops["literals"] = literals
}

// codePoints tells what Go's tables say of all code points: where ranges of letters and of printable ones begin and end,
// and those that fold to a lesser one (or, for A to Z, to their lower case), each followed by that.
func codePoints([]string) (any, error) {
	ranges := func(in func(rune) bool) []any {
		var all []any
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if in(r) != (r > 0 && in(r-1)) {
				all = append(all, int(r))
			}
		}
		return all
	}
	var folds []any
	for r := rune(0); r <= unicode.MaxRune; r++ {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		if 'A' <= least && least <= 'Z' {
			least += 'a' - 'A'
		}
		if least != r {
			folds = append(folds, int(r), int(least))
		}
	}
	return map[string]any{
		"unicode": unicode.Version,
		"letters": ranges(unicode.IsLetter),
		"printed": ranges(strconv.IsPrint),
		"folds":   folds,
	}, nil
}

func parseURL(a []string) (any, error) {
	u, err := url.Parse(a[0])
	if err != nil {
		return nil, err
	}
	plain := url.URL{Scheme: u.Scheme, Path: u.Path, RawPath: u.RawPath}
	withHost := plain
	withHost.Host = u.Host
	return map[string]any{
		"scheme":             u.Scheme,
		"host":               u.Host,
		"rawPath":            u.RawPath,
		"hasOnlyPath":        *u == plain,
		"hasOnlyHostAndPath": *u == withHost,
		"redacted":           u.Redacted(),
	}, nil
}

// literals lists the string literals of Go files: the tables of a package's own tests, as inputs. a[0] is a folder of
// golang.org/x/mod's source, a[1] a pattern of file names.
func literals(a []string) (any, error) {
	files, err := filepath.Glob(filepath.Join(a[0], a[1]))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("no files match " + a[1])
	}
	var found []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return nil, err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					found = append(found, text)
				}
			}
			return true
		})
	}
	return found, nil
}
