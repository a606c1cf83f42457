// Command app uses a module that only the company can read.
package main

import (
	"fmt"

	"git.corp.internal/team/lib"
)

func main() { fmt.Println(lib.Greeting()) }
