// Command cgo-on-musl asks the C library for the length of a text.
package main

// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"fmt"
	"unsafe"
)

func main() {
	text := C.CString("healthy")
	defer C.free(unsafe.Pointer(text))
	fmt.Println("length", C.strlen(text))
}
