package base

import (
	"bytes"
	"log"
	"strings"
	"sync"
)

// fairleadExit is what takes the place of the end of the process.
type fairleadExit struct{}

var (
	fairleadOnce sync.Once
	fairleadLog  bytes.Buffer
)

// FairleadCatch runs what may end the process with Fatalf, and gives what it said if it did, without "go: ".
func FairleadCatch(run func()) (said string, ended bool) {
	fairleadOnce.Do(func() { AtExit(func() { panic(fairleadExit{}) }) })
	fairleadLog.Reset()
	log.SetFlags(0)
	log.SetOutput(&fairleadLog)
	defer func() {
		exitStatus = 0
		if r := recover(); r != nil {
			if _, ok := r.(fairleadExit); !ok {
				panic(r)
			}
			said, ended = strings.TrimPrefix(fairleadLog.String(), "go: "), true
		}
	}()
	run()
	return "", false
}
