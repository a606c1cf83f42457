import { describe, expect, it } from "vitest";
import * as modfile from "./modfile.ts";
import * as vendor from "./vendor.ts";

const goMod = `module example.com/m

go 1.21

require (
	example.com/a v1.0.0
	example.com/b v1.1.0 // indirect
)

replace example.com/c => ../c
`;

const modulesTxt = `# example.com/a v1.0.0
## explicit; go 1.17
example.com/a
example.com/a/x
# example.com/b v1.1.0
## explicit
# example.com/c => ../c
`;

const mains = [{ file: modfile.parse("go.mod", goMod), filename: "go.mod" }];

describe("vendor", () => {
  it("reads and writes modules.txt", () => {
    const { modules, selected, moduleOfPackage } = vendor.parse(modulesTxt);
    expect(modules[0]).toEqual({
      mod: { path: "example.com/a", version: "v1.0.0" },
      replacement: undefined,
      explicit: true,
      goVersion: "1.17",
      packages: ["example.com/a", "example.com/a/x"],
    });
    expect(selected).toEqual([{ path: "example.com/a", version: "v1.0.0" }]);
    expect(moduleOfPackage.get("example.com/a/x")?.path).toBe("example.com/a");
    expect(vendor.format(modules)).toBe(modulesTxt);
  });

  it("lists what go mod vendor would", () => {
    const listed = vendor.vendoredModules(
      [
        { mod: { path: "example.com/b", version: "v1.1.0" }, goVersion: "", packages: [] },
        { mod: { path: "example.com/d", version: "v1.0.0" }, goVersion: "1.20", packages: [] },
        {
          mod: { path: "example.com/a", version: "v1.0.0" },
          goVersion: "1.17",
          packages: ["example.com/a/x", "example.com/a"],
        },
      ],
      { mains },
    );
    expect(vendor.format(listed)).toBe(modulesTxt);
  });

  it("says in Go's words what does not fit", () => {
    expect(vendor.checkConsistency(vendor.parse(modulesTxt), { mains })).toEqual([]);
    const other = modulesTxt.replace("b v1.1.0", "b v1.0.0").replace("=> ../c", "=> ../d");
    const found = vendor.checkConsistency(vendor.parse(other), { mains });
    expect(vendor.inconsistentVendoring("/src", found)).toBe(
      `inconsistent vendoring in /src:
	example.com/b@v1.1.0: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt
	example.com/c: is replaced by ../c in go.mod, but marked as replaced by ../d in vendor/modules.txt

	To ignore the vendor directory, use -mod=readonly or -mod=mod.
	To sync the vendor directory, run:
		go mod vendor`,
    );
  });
});
