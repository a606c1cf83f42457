// Command variables-lost resolves a name, for which Go uses the C library where cgo is on.
package main

import (
	"fmt"
	"net"
)

func main() { fmt.Println("loopback", net.IPv4(127, 0, 0, 1).IsLoopback()) }
