/** The Debian packages that a cgo program is compiled and run with, for the libraries that Go modules usually bind. */
import type { CgoPackage } from "../../repo/cgoNeed.ts";

interface NativePackages {
  /** Headers and pkg-config files, for the stage that compiles. */
  readonly build: readonly string[];
  /** Shared libraries, for the image. */
  readonly run: readonly string[];
  /** Libraries that this list doesn't know, as `-l` or pkg-config name them. */
  readonly unknown: readonly string[];
}

/** By the names that `-l` and pkg-config use, in Debian 12 (bookworm). */
const debian: Readonly<Record<string, readonly [build: string, run: string]>> = {
  MagickWand: ["libmagickwand-dev", "libmagickwand-6.q16-6"],
  archive: ["libarchive-dev", "libarchive13"],
  bz2: ["libbz2-dev", "libbz2-1.0"],
  crypto: ["libssl-dev", "libssl3"],
  curl: ["libcurl4-openssl-dev", "libcurl4"],
  git2: ["libgit2-dev", "libgit2-1.5"],
  gpgme: ["libgpgme-dev", "libgpgme11"],
  lz4: ["liblz4-dev", "liblz4-1"],
  lzma: ["liblzma-dev", "liblzma5"],
  pcap: ["libpcap-dev", "libpcap0.8"],
  pq: ["libpq-dev", "libpq5"],
  rdkafka: ["librdkafka-dev", "librdkafka1"],
  rocksdb: ["librocksdb-dev", "librocksdb7.8"],
  seccomp: ["libseccomp-dev", "libseccomp2"],
  snappy: ["libsnappy-dev", "libsnappy1v5"],
  sodium: ["libsodium-dev", "libsodium23"],
  sqlite3: ["libsqlite3-dev", "libsqlite3-0"],
  ssl: ["libssl-dev", "libssl3"],
  systemd: ["libsystemd-dev", "libsystemd0"],
  usb: ["libusb-1.0-0-dev", "libusb-1.0-0"],
  vips: ["libvips-dev", "libvips42"],
  webp: ["libwebp-dev", "libwebp7"],
  xml2: ["libxml2-dev", "libxml2"],
  z: ["zlib1g-dev", "zlib1g"],
  zmq: ["libzmq3-dev", "libzmq5"],
  zstd: ["libzstd-dev", "libzstd1"],
};

/** pkg-config's names where they aren't `lib` and the library's. */
const pkgConfigNames: Readonly<Record<string, string>> = {
  openssl: "ssl",
  zlib: "z",
  "libxml-2.0": "xml2",
  "libusb-1.0": "usb",
  libssl: "ssl",
  rdkafka: "rdkafka",
  sqlite3: "sqlite3",
  vips: "vips",
};

export function nativePackages(packages: readonly CgoPackage[]): NativePackages {
  const names = new Set(
    packages.flatMap(({ libraries, pkgConfig }) => [
      ...libraries,
      ...pkgConfig.map((name) => pkgConfigNames[name] ?? name.replace(/^lib/, "")),
    ]),
  );
  const known = [...names].sort().flatMap((name) => (Object.hasOwn(debian, name) ? [debian[name] ?? []] : []));
  return {
    build: [...new Set(known.flatMap(([build]) => build ?? []))],
    run: [...new Set(known.flatMap(([, run]) => run ?? []))],
    unknown: [...names].filter((name) => !Object.hasOwn(debian, name)).sort(),
  };
}
