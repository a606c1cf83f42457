// Package shared is used by every service of the repository.
package shared

// Greeting is what each service says first.
func Greeting() string { return "hello from shared" }
