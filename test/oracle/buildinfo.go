package main

import (
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

func init() {
	ops["buildinfo.parse"] = func(a []string) (any, error) {
		info, err := debug.ParseBuildInfo(a[0])
		if err != nil {
			return nil, err
		}
		return info.String(), nil
	}
	ops["buildinfo.read"] = func(a []string) (any, error) {
		file, err := openPatched(a)
		if err != nil {
			return nil, err
		}
		info, err := buildinfo.Read(file)
		if err != nil {
			return nil, err
		}
		return info.String(), nil
	}
}

var wholeFiles = map[string][]byte{}

// openPatched opens the file a[0], cut off at a[1], with changes a[2:], each "offset:hexadecimal bytes".
func openPatched(a []string) (io.ReaderAt, error) {
	whole, ok := wholeFiles[a[0]]
	if !ok {
		var err error
		if whole, err = os.ReadFile(a[0]); err != nil {
			return nil, err
		}
		wholeFiles[a[0]] = whole
	}
	size, err := strconv.Atoi(a[1])
	if err != nil {
		return nil, err
	}
	file := &patched{whole: whole[:min(size, len(whole))]}
	for _, text := range a[2:] {
		offset, bytes, ok := strings.Cut(text, ":")
		if !ok {
			return nil, errors.New("not a patch: " + text)
		}
		at, err := strconv.ParseInt(offset, 10, 64)
		if err != nil {
			return nil, err
		}
		data, err := hex.DecodeString(bytes)
		if err != nil {
			return nil, err
		}
		file.patches = append(file.patches, patch{at, data})
	}
	return file, nil
}

// patched is a file with changes.
type patched struct {
	whole   []byte
	patches []patch
}

type patch struct {
	at   int64
	data []byte
}

func (p *patched) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(p.whole)) {
		return 0, io.EOF
	}
	n := copy(b, p.whole[off:])
	for _, change := range p.patches {
		for i, value := range change.data {
			if at := change.at + int64(i) - off; at >= 0 && at < int64(n) {
				b[at] = value
			}
		}
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}
