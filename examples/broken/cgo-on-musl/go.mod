module example.com/cgo-on-musl

go 1.24.0
