import * as gover from "../../../gomod/gover.ts";
import { imagePlace } from "../../imagePlace.ts";
import { goLineSeen } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = { "go.mod": "module example.com/app\n\ngo 1.25.0\n", "main.go": "package main\n" };
const config = (version: string): string => `{ "Cmd": ["/sh"], "Env": ["GOLANG_VERSION=${version}"] }\n`;
const go = { "$IMAGE/1/usr/local/go/bin/go": "", "$IMAGE/1/sh": "$GO_PROGRAM(example.com/sh)" };

export const rule: Rule = defineRule({
  id: "image/go-older-than-go-mod",
  title: "the Go in the image is older than go.mod asks for",
  severity: "error",
  why: "Whatever its tag says, this is the toolchain that is in it: a mirror that fell behind, or a tag that was pushed again. go.mod requires go >= 1.25.0 (running go 1.24.3; GOTOOLCHAIN=local).",
  source: "https://go.dev/doc/toolchain",
  examples: {
    bad: { ...goMod, $IMAGE: config("1.24.3"), ...go },
    good: { ...goMod, $IMAGE: config("1.25.1"), ...go },
    silent: {
      "no Go is in it": { ...goMod, $IMAGE: config("1.24.3"), "$IMAGE/1/sh": "$GO_PROGRAM(example.com/sh)" },
      "it may fetch another": {
        ...goMod,
        $IMAGE: '{ "Cmd": ["/sh"], "Env": ["GOLANG_VERSION=1.24.3", "GOTOOLCHAIN=auto"] }\n',
        ...go,
      },
    },
  },
  *check(facts) {
    const { image, text } = facts;
    const variable = (name: string): string | undefined =>
      image?.config.env.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
    const version = variable("GOLANG_VERSION");
    const wanted = facts.go?.modules.find(({ dir }) => dir === ".")?.go;
    if (image?.hasGo !== true || version === undefined || wanted === undefined) return;
    if (gover.compare(version, wanted) >= 0 || !/^(local)?$/.test(variable("GOTOOLCHAIN") ?? "local")) return;
    yield {
      ...imagePlace(facts, ["FROM"]),
      message: `${image.name} has Go ${version}, and go.mod asks for ${wanted}`,
      evidence: [goLineSeen(text, "go.mod")],
    };
  },
});
