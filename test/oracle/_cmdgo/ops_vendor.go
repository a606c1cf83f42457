package main

import "cmd/go/internal/modload"

func init() {
	ops["vendor.check"] = func(a []string) (any, error) { return modload.FairleadVendor(a[0], a[1], a[2]) }
}
