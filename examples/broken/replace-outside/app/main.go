// Command app prints what the module beside it says.
package main

import (
	"fmt"

	"example.com/shared"
)

func main() { fmt.Println(shared.Greeting()) }
