// Command vendor-drifted splits a command line as a shell does.
package main

import (
	"fmt"

	"github.com/google/shlex"
)

func main() {
	words, err := shlex.Split(`one "two three" 'four'`)
	fmt.Printf("%q %v\n", words, err)
}
