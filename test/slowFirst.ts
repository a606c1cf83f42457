import { relative } from "node:path";
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/**
 * What starts servers with container engines takes a minute or two a file, whatever its size, by which Vitest would order it
 * on a machine that has no figures of an earlier run: begun last, one core would wait for the other at the end. The first
 * file makes the images' base, for which the others would wait; so what needs no such image comes right behind it.
 */
const slow = [
  "test/build/dockerfile",
  "test/delivery/deploy",
  "test/build/image",
  "test/image/",
  "test/delivery/",
  "test/gateway/",
  "test/harness/",
];

export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const path = relative(this.ctx.config.root, moduleId);
      const index = slow.findIndex((start) => path.startsWith(start));
      return index < 0 ? slow.length : index;
    };
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return (await super.sort(files)).toSorted((a, b) => group(a) - group(b) || rank(a) - rank(b));
  }
}
