/** Packages that came into the standard library lately, by the release notes of the Go versions (https://go.dev/doc/devel/release). */
const since: Readonly<Record<string, readonly string[]>> = {
  "1.16": ["embed", "io/fs", "testing/fstest", "runtime/metrics"],
  "1.18": ["debug/buildinfo", "net/netip"],
  "1.19": ["go/doc/comment"],
  "1.20": ["crypto/ecdh", "runtime/coverage"],
  "1.21": ["cmp", "log/slog", "maps", "slices", "testing/slogtest"],
  "1.22": ["go/version", "math/rand/v2"],
  "1.23": ["iter", "structs", "unique"],
  "1.24": ["crypto/fips140", "crypto/hkdf", "crypto/mlkem", "crypto/pbkdf2", "crypto/sha3", "weak"],
  "1.25": ["testing/synctest"],
};

/** The Go version with which the package came; undefined: it is old, or none of the standard library's. */
export function standardSince(path: string): string | undefined {
  return Object.keys(since).find((version) => since[version]?.includes(path));
}
