package envcmd

// FairleadUpdateEnvFile changes the file that GOENV names.
func FairleadUpdateEnvFile(set map[string]string, unset map[string]bool) {
	updateEnvFile(set, unset)
}
