package cfg

// FairleadReadEnvFile reads a user's settings file.
func FairleadReadEnvFile(file string) map[string]string {
	envCache.once.Do(initEnvCache)
	saved := envCache.m
	defer func() { envCache.m = saved }()
	envCache.m = map[string]string{}
	readEnvFile(file, "user")
	return envCache.m
}
