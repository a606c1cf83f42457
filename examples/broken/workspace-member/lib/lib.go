// Package lib is a member of the workspace.
package lib

// Greeting is what app prints.
func Greeting() string { return "hello from the workspace" }
