package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

func init() {
	// The arguments are a mode (parse, parseLax, parseWork), the name of a fixer, and a file's text.
	ops["modfile.parse"] = func(a []string) (any, error) { return parseModfile(a[0], a[1], a[2]) }
	// The arguments are a mode, a file's text, and edits, each with its arguments behind it, parted by NUL.
	ops["modfile.edit"] = func(a []string) (any, error) { return editModfile(a[0], a[1], a[2:]) }
	ops["modfile.format"] = func(a []string) (any, error) {
		text, err := formatModfile(a[0], a[1])
		return text, err
	}
	ops["modfile.modulePath"] = func(a []string) (any, error) { return modfile.ModulePath([]byte(a[0])), nil }
	ops["modfile.autoQuote"] = func(a []string) (any, error) { return modfile.AutoQuote(a[0]), nil }
	ops["modfile.isDirectoryPath"] = func(a []string) (any, error) { return modfile.IsDirectoryPath(a[0]), nil }
	ops["modfile.isGoVersion"] = func(a []string) (any, error) { return modfile.GoVersionRE.MatchString(a[0]), nil }
	ops["modfile.isToolchainName"] = func(a []string) (any, error) { return modfile.ToolchainRE.MatchString(a[0]), nil }
	// The files of a[0] that match a[1]: golden files, as inputs.
	ops["files"] = func(a []string) (any, error) { return filepath.Glob(filepath.Join(a[0], a[1])) }
}

// Fixers, which the test has too.
var fixers = map[string]modfile.VersionFixer{
	"": nil,
	"any": func(path, version string) (string, error) {
		if version == "bad" || strings.Contains(version, "9") {
			return "", fmt.Errorf("can't fix %q of %q", version, path)
		}
		if canonical := module.CanonicalVersion(version); canonical != "" {
			return canonical, nil
		}
		return "v1.2.3-fixed", nil
	},
}

type parsed struct {
	mod  *modfile.File
	work *modfile.WorkFile
}

func (p parsed) syntax() *modfile.FileSyntax {
	if p.mod != nil {
		return p.mod.Syntax
	}
	return p.work.Syntax
}

func parseAs(mode, fix, text string) (p parsed, err error) {
	switch mode {
	case "parse":
		p.mod, err = modfile.Parse("in", []byte(text), fixers[fix])
	case "parseLax":
		p.mod, err = modfile.ParseLax("in", []byte(text), fixers[fix])
	default:
		p.work, err = modfile.ParseWork("in", []byte(text), fixers[fix])
	}
	return p, err
}

func parseModfile(mode, fix, text string) (any, error) {
	p, err := parseAs(mode, fix, text)
	if err != nil {
		var list modfile.ErrorList
		if !errors.As(err, &list) {
			return nil, err
		}
		var all []any
		for _, each := range list {
			all = append(all, map[string]any{"pos": position(each.Pos), "text": each.Error()})
		}
		return map[string]any{"message": err.Error(), "errors": all}, nil
	}
	return map[string]any{
		"directives": directives(p),
		"syntax":     syntaxTree(p.syntax()),
		"format":     string(modfile.Format(p.syntax())),
	}, nil
}

func formatModfile(mode, text string) (string, error) {
	p, err := parseAs(mode, "", text)
	if err != nil {
		return "", err
	}
	return string(modfile.Format(p.syntax())), nil
}

func position(p modfile.Position) any { return []any{p.Line, p.LineRune, p.Byte} }

func comments(c *modfile.Comments) any {
	list := func(all []modfile.Comment) any {
		dumped := []any{}
		for _, each := range all {
			dumped = append(dumped, []any{position(each.Start), each.Token, each.Suffix})
		}
		return dumped
	}
	return []any{list(c.Before), list(c.Suffix), list(c.After)}
}

func syntaxTree(f *modfile.FileSyntax) any {
	span := func(x modfile.Expr) any {
		start, end := x.Span()
		return []any{position(start), position(end)}
	}
	line := func(l *modfile.Line) any {
		return []any{span(l), slices.Clone(l.Token), l.InBlock, comments(&l.Comments)}
	}
	statements := []any{}
	for _, stmt := range f.Stmt {
		switch x := stmt.(type) {
		case *modfile.CommentBlock:
			statements = append(statements, []any{span(x), comments(&x.Comments)})
		case *modfile.Line:
			statements = append(statements, line(x))
		case *modfile.LineBlock:
			lines := []any{}
			for _, l := range x.Line {
				lines = append(lines, line(l))
			}
			statements = append(statements, []any{
				span(x), x.Token, comments(&x.Comments), span(&x.LParen), comments(&x.LParen.Comments), lines, comments(&x.RParen.Comments),
			})
		}
	}
	return []any{span(f), comments(&f.Comments), statements}
}

// directives lists what a file says. Holes that dropping has left are left out.
func directives(p parsed) any {
	d := map[string]any{}
	shared := func(g *modfile.Go, t *modfile.Toolchain, godebug []*modfile.Godebug, replace []*modfile.Replace) {
		if g != nil {
			d["go"] = g.Version
		}
		if t != nil {
			d["toolchain"] = t.Name
		}
		for _, each := range godebug {
			if each.Syntax != nil {
				add(d, "godebug", each.Key, each.Value)
			}
		}
		for _, each := range replace {
			if each.Syntax != nil {
				add(d, "replace", each.Old.Path, each.Old.Version, each.New.Path, each.New.Version)
			}
		}
	}
	if f := p.work; f != nil {
		shared(f.Go, f.Toolchain, f.Godebug, f.Replace)
		for _, each := range f.Use {
			if each.Syntax != nil {
				add(d, "use", each.Path, each.ModulePath)
			}
		}
		return d
	}
	f := p.mod
	shared(f.Go, f.Toolchain, f.Godebug, f.Replace)
	if f.Module != nil {
		add(d, "module", f.Module.Mod.Path, f.Module.Mod.Version, f.Module.Deprecated)
	}
	for _, each := range f.Require {
		if each.Syntax != nil {
			add(d, "require", each.Mod.Path, each.Mod.Version, fmt.Sprint(each.Indirect))
		}
	}
	for _, each := range f.Exclude {
		if each.Syntax != nil {
			add(d, "exclude", each.Mod.Path, each.Mod.Version)
		}
	}
	for _, each := range f.Retract {
		if each.Syntax != nil {
			add(d, "retract", each.Low, each.High, each.Rationale)
		}
	}
	for _, each := range f.Tool {
		if each.Syntax != nil {
			add(d, "tool", each.Path)
		}
	}
	for _, each := range f.Ignore {
		if each.Syntax != nil {
			add(d, "ignore", each.Path)
		}
	}
	return d
}

func add(d map[string]any, key string, values ...string) {
	list, _ := d[key].([]any)
	d[key] = append(list, values)
}

// editModfile tells after each edit what it said and how the file looks, and in the end, what it says and how it looks
// cleaned up.
func editModfile(mode, text string, edits []string) (any, error) {
	p, err := parseAs(mode, "", text)
	if err != nil {
		return "unreadable", nil
	}
	var steps []any
	for _, edit := range edits {
		fields := strings.Split(edit, "\x00")
		said := ""
		if err := applyEdit(p, fields[0], fields[1:]); err != nil {
			said = err.Error()
		}
		steps = append(steps, []any{said, string(modfile.Format(p.syntax()))})
	}
	if p.mod != nil {
		p.mod.Cleanup()
		slices.SortStableFunc(p.mod.Require, func(a, b *modfile.Require) int { return strings.Compare(a.Mod.Path, b.Mod.Path) })
	} else {
		p.work.Cleanup()
		slices.SortStableFunc(p.work.Use, func(a, b *modfile.Use) int { return strings.Compare(a.Path, b.Path) })
	}
	return []any{steps, directives(p), syntaxTree(p.syntax()), string(modfile.Format(p.syntax()))}, nil
}

func applyEdit(p parsed, name string, a []string) error {
	if p.work != nil {
		return applyWorkEdit(p.work, name, a)
	}
	f := p.mod
	switch name {
	case "addModuleStmt":
		return f.AddModuleStmt(a[0])
	case "addComment":
		f.AddComment(a[0])
		return nil
	case "addGoStmt":
		return f.AddGoStmt(a[0])
	case "dropGoStmt":
		f.DropGoStmt()
		return nil
	case "addToolchainStmt":
		return f.AddToolchainStmt(a[0])
	case "dropToolchainStmt":
		f.DropToolchainStmt()
		return nil
	case "addGodebug":
		return f.AddGodebug(a[0], a[1])
	case "dropGodebug":
		return f.DropGodebug(a[0])
	case "addRequire":
		return f.AddRequire(a[0], a[1])
	case "addNewRequire":
		f.AddNewRequire(a[0], a[1], a[2] == "true")
		return nil
	case "dropRequire":
		return f.DropRequire(a[0])
	case "setRequire":
		f.Cleanup()
		f.SetRequire(requirements(a))
		return nil
	case "setRequireSeparateIndirect":
		f.Cleanup()
		f.SetRequireSeparateIndirect(requirements(a))
		return nil
	case "setRequireAtMostTwo":
		f.Cleanup()
		f.SetRequireAtMostTwo(requirements(a))
		return nil
	case "addExclude":
		return f.AddExclude(a[0], a[1])
	case "dropExclude":
		return f.DropExclude(a[0], a[1])
	case "addReplace":
		return f.AddReplace(a[0], a[1], a[2], a[3])
	case "dropReplace":
		return f.DropReplace(a[0], a[1])
	case "addRetract":
		return f.AddRetract(modfile.VersionInterval{Low: a[0], High: a[1]}, a[2])
	case "dropRetract":
		return f.DropRetract(modfile.VersionInterval{Low: a[0], High: a[1]})
	case "addTool":
		return f.AddTool(a[0])
	case "dropTool":
		return f.DropTool(a[0])
	case "addIgnore":
		return f.AddIgnore(a[0])
	case "dropIgnore":
		return f.DropIgnore(a[0])
	case "sortBlocks":
		f.SortBlocks()
		return nil
	case "cleanup":
		f.Cleanup()
		return nil
	}
	return errors.New("no such edit: " + name)
}

func applyWorkEdit(f *modfile.WorkFile, name string, a []string) error {
	switch name {
	case "addGoStmt":
		return f.AddGoStmt(a[0])
	case "dropGoStmt":
		f.DropGoStmt()
		return nil
	case "addToolchainStmt":
		return f.AddToolchainStmt(a[0])
	case "dropToolchainStmt":
		f.DropToolchainStmt()
		return nil
	case "addGodebug":
		return f.AddGodebug(a[0], a[1])
	case "dropGodebug":
		return f.DropGodebug(a[0])
	case "addUse":
		return f.AddUse(a[0], a[1])
	case "addNewUse":
		f.AddNewUse(a[0], a[1])
		return nil
	case "setUse":
		f.Cleanup()
		var dirs []*modfile.Use
		for i := 0; i+1 < len(a); i += 2 {
			dirs = append(dirs, &modfile.Use{Path: a[i], ModulePath: a[i+1]})
		}
		f.SetUse(dirs)
		return nil
	case "dropUse":
		return f.DropUse(a[0])
	case "addReplace":
		return f.AddReplace(a[0], a[1], a[2], a[3])
	case "dropReplace":
		return f.DropReplace(a[0], a[1])
	case "sortBlocks":
		f.SortBlocks()
		return nil
	case "cleanup":
		f.Cleanup()
		return nil
	}
	return errors.New("no such edit: " + name)
}

func requirements(a []string) []*modfile.Require {
	var all []*modfile.Require
	for i := 0; i+2 < len(a); i += 3 {
		all = append(all, &modfile.Require{Mod: module.Version{Path: a[i], Version: a[i+1]}, Indirect: a[i+2] == "true"})
	}
	return all
}
