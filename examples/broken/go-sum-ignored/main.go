// Command go-sum-ignored says hello by way of a module.
package main

import (
	"fmt"

	"rsc.io/quote"
)

func main() { fmt.Println(quote.Hello()) }
