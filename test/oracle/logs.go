package main

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

func init() {
	ops["tlog.recordHash"] = func(a []string) (any, error) { return tlog.RecordHash([]byte(a[0])).String(), nil }
	ops["tlog.nodeHash"] = func(a []string) (any, error) {
		return tlog.NodeHash(hashOf(a[0]), hashOf(a[1])).String(), nil
	}
	ops["tlog.parseHash"] = func(a []string) (any, error) {
		hash, err := tlog.ParseHash(a[0])
		return hash.String(), err
	}
	ops["tlog.storedHashIndex"] = func(a []string) (any, error) {
		return tlog.StoredHashIndex(int(number(a[0])), number(a[1])), nil
	}
	ops["tlog.splitStoredHashIndex"] = func(a []string) (any, error) {
		level, n := tlog.SplitStoredHashIndex(number(a[0]))
		return map[string]any{"level": level, "n": n}, nil
	}
	ops["tlog.storedHashCount"] = func(a []string) (any, error) { return tlog.StoredHashCount(number(a[0])), nil }
	ops["tlog.storedHashes"] = func(a []string) (any, error) {
		hashes, err := tlog.StoredHashes(number(a[0]), []byte(a[1]), testLog)
		return texts(hashes), err
	}
	ops["tlog.treeHash"] = func(a []string) (any, error) {
		hash, err := tlog.TreeHash(number(a[0]), testLog)
		return hash.String(), err
	}
	ops["tlog.proveRecord"] = func(a []string) (any, error) {
		proof, err := tlog.ProveRecord(number(a[0]), number(a[1]), testLog)
		return texts(proof), err
	}
	ops["tlog.checkRecord"] = func(a []string) (any, error) {
		return true, tlog.CheckRecord(hashes(a[4:]), number(a[0]), hashOf(a[1]), number(a[2]), hashOf(a[3]))
	}
	ops["tlog.proveTree"] = func(a []string) (any, error) {
		proof, err := tlog.ProveTree(number(a[0]), number(a[1]), testLog)
		return texts(proof), err
	}
	ops["tlog.checkTree"] = func(a []string) (any, error) {
		return true, tlog.CheckTree(hashes(a[4:]), number(a[0]), hashOf(a[1]), number(a[2]), hashOf(a[3]))
	}

	ops["tlog.tilePath"] = func(a []string) (any, error) { return tileOf(a).Path(), nil }
	ops["tlog.parseTilePath"] = func(a []string) (any, error) {
		tile, err := tlog.ParseTilePath(a[0])
		return describeTile(tile), err
	}
	ops["tlog.tileForIndex"] = func(a []string) (any, error) {
		return describeTile(tlog.TileForIndex(int(number(a[0])), number(a[1]))), nil
	}
	ops["tlog.newTiles"] = func(a []string) (any, error) {
		all := []any{}
		for _, tile := range tlog.NewTiles(int(number(a[0])), number(a[1]), number(a[2])) {
			all = append(all, describeTile(tile))
		}
		return all, nil
	}
	ops["tlog.hashFromTile"] = func(a []string) (any, error) {
		hash, err := tlog.HashFromTile(tileOf(a), []byte(a[4]), number(a[5]))
		return hash.String(), err
	}
	ops["tlog.readTileData"] = func(a []string) (any, error) {
		data, err := tlog.ReadTileData(tileOf(a), testLog)
		return base64.StdEncoding.EncodeToString(data), err
	}
	ops["tlog.readHashes"] = readHashes

	ops["tlog.formatRecord"] = func(a []string) (any, error) {
		message, err := tlog.FormatRecord(number(a[0]), []byte(a[1]))
		return string(message), err
	}
	ops["tlog.parseRecord"] = func(a []string) (any, error) {
		id, text, rest, err := tlog.ParseRecord([]byte(a[0]))
		if err != nil {
			return nil, err
		}
		return map[string]any{"id": id, "text": string(text), "rest": string(rest)}, nil
	}
	ops["tlog.formatTree"] = func(a []string) (any, error) {
		return string(tlog.FormatTree(tlog.Tree{N: number(a[0]), Hash: hashOf(a[1])})), nil
	}
	ops["tlog.parseTree"] = func(a []string) (any, error) {
		tree, err := tlog.ParseTree([]byte(a[0]))
		if err != nil {
			return nil, err
		}
		return map[string]any{"n": tree.N, "hash": tree.Hash.String()}, nil
	}
}

// log is a log of "record 0", "record 1" and so on, as long as it was asked for. The TypeScript side has the same.
type log struct{ hashes []tlog.Hash }

var testLog = &log{}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index > 1<<20 {
			return nil, fmt.Errorf("no hash %d", index)
		}
		for index >= int64(len(l.hashes)) {
			l.grow()
		}
		list[i] = l.hashes[index]
	}
	return list, nil
}

func (l *log) grow() {
	_, n := tlog.SplitStoredHashIndex(int64(len(l.hashes)))
	more, err := tlog.StoredHashes(n, fmt.Appendf(nil, "record %d", n), l)
	if err != nil {
		panic(err)
	}
	l.hashes = append(l.hashes, more...)
}

// readHashes reads from tiles: the height, the size of the tree, its indexes, and what is wrong with the tiles, as
// "path kind at" each.
func readHashes(a []string) (any, error) {
	n := number(a[1])
	hash, err := tlog.TreeHash(n, testLog)
	if err != nil {
		return nil, err
	}
	reader := &tileReader{height: int(number(a[0])), faults: map[string]string{}}
	for _, fault := range a[3:] {
		path, what, _ := strings.Cut(fault, " ")
		reader.faults[path] = what
	}
	var indexes []int64
	for _, index := range strings.Fields(a[2]) {
		indexes = append(indexes, number(index))
	}
	read, err := tlog.TileHashReader(tlog.Tree{N: n, Hash: hash}, reader).ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	return map[string]any{"hashes": texts(read), "saved": reader.saved}, nil
}

type tileReader struct {
	height int
	faults map[string]string
	saved  []string
}

func (r *tileReader) Height() int { return r.height }

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := tlog.ReadTileData(tile, testLog)
		if err != nil {
			return nil, err
		}
		if kind, at, ok := strings.Cut(r.faults[tile.Path()], " "); ok {
			position := int(number(at)) % len(data)
			if kind == "flip" {
				data[position] ^= 0x80
			} else {
				data = data[:position]
			}
		}
		all[i] = data
	}
	return all, nil
}

func (r *tileReader) SaveTiles(tiles []tlog.Tile, _ [][]byte) {
	for _, tile := range tiles {
		r.saved = append(r.saved, tile.Path())
	}
}

// number reads what the TypeScript side has sent as one.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func hashOf(s string) tlog.Hash {
	hash, err := tlog.ParseHash(s)
	if err != nil {
		panic(err)
	}
	return hash
}

func hashes(list []string) []tlog.Hash {
	var all []tlog.Hash
	for _, s := range list {
		all = append(all, hashOf(s))
	}
	return all
}

func texts(hashes []tlog.Hash) []string {
	all := []string{}
	for _, hash := range hashes {
		all = append(all, hash.String())
	}
	return all
}

func tileOf(a []string) tlog.Tile {
	return tlog.Tile{H: int(number(a[0])), L: int(number(a[1])), N: number(a[2]), W: int(number(a[3]))}
}

func describeTile(t tlog.Tile) map[string]any {
	return map[string]any{"h": t.H, "l": t.L, "n": t.N, "w": t.W}
}
