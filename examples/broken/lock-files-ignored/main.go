// Command lock-files-ignored says which version of a module it was built with.
package main

import (
	"fmt"

	greet "example.com/greet"
)

func main() { fmt.Println(greet.Version) }
