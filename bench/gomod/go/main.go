// Bench does with golang.org/x/mod what bench/gomod/ours.ts does with ours, and prints how long each round took, in
// milliseconds, as JSON:
//
//	bench <case> <file> <warm-ups> <rounds> <times in a round>
//	bench make <file>    writes the zip that is hashed
package main

import (
	"archive/zip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"os"
	"strconv"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

var made = module.Version{Path: "example.com/m", Version: "v1.0.0"}

func main() {
	name, file := os.Args[1], os.Args[2]
	if name == "make" {
		check(makeZip(file))
		return
	}
	text, err := os.ReadFile(file)
	check(err)
	run := map[string]func() error{
		"format": func() error {
			f, err := modfile.Parse("go.mod", text, nil)
			if err == nil && len(modfile.Format(f.Syntax)) == 0 {
				err = io.ErrUnexpectedEOF
			}
			return err
		},
		"parse": func() error { _, err := modfile.Parse("go.mod", text, nil); return err },
		"hash":  func() error { _, err := dirhash.HashZip(file, dirhash.Hash1); return err },
		"check": func() error { _, err := modzip.CheckZip(made, file); return err },
	}[name]
	var rounds []float64
	for round := -number(3); round < number(4); round++ {
		start := time.Now()
		for range number(5) {
			check(run())
		}
		if round >= 0 {
			rounds = append(rounds, time.Since(start).Seconds()*1000/float64(number(5)))
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(rounds))
}

// makeZip writes 100 MB of files of 64 KiB in base64, which deflate shortens to three quarters.
func makeZip(file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	archive := zip.NewWriter(out)
	random := rand.New(rand.NewSource(1))
	bytes := make([]byte, 48<<10)
	for i := range 100 << 20 / len(bytes) {
		w, err := archive.Create(fmt.Sprintf("%s@%s/dir%d/file%d.txt", made.Path, made.Version, i%40, i))
		if err != nil {
			return err
		}
		random.Read(bytes)
		if _, err := w.Write([]byte(base64.StdEncoding.EncodeToString(bytes))); err != nil {
			return err
		}
	}
	return archive.Close()
}

func number(arg int) int {
	n, err := strconv.Atoi(os.Args[arg])
	check(err)
	return n
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
