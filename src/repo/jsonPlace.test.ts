import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonPlace } from "./jsonPlace.ts";

test.each([
  ['{"a": 1}', ["a"], '"a"', "1"],
  ['{"a": {"b": [1, {"c": "}"}]}, "c": 2}', ["a", "b"], '"b"', '[1, {"c": "}"}]'],
  ['\uFEFF{ "a\\u0062" : "x\\"y" }', ["ab"], '"a\\u0062"', '"x\\"y"'],
  ['{"a": 1, "a": 2}', ["a"], '"a"', "2"],
  ['{"a": {}, "": {"node_modules/x": null}}', ["", "node_modules/x"], '"node_modules/x"', "null"],
])("%s %j", (text, path, key, value) => {
  const place = jsonPlace(text, path);
  expect(text.slice(place?.key.start, place?.key.end)).toBe(key);
  expect(text.slice(place?.value.start, place?.value.end)).toBe(value);
});

test.each([
  ["[]", ["a"]],
  ["{}", ["a"]],
  ['{"a": []}', ["a", "b"]],
  ["null", ["a"]],
])("not in %s: %j", (text, path) => {
  expect(jsonPlace(text, path)).toBeUndefined();
});

test("whatever JSON it is, the value at the place is the one that JSON.parse gives", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      for (const [outer, entries] of Object.entries(value)) {
        for (const [inner, wanted] of Object.entries(entries)) {
          const place = jsonPlace(text, [outer, inner]);
          expect(JSON.parse(text.slice(place?.value.start, place?.value.end))).toEqual(
            JSON.parse(JSON.stringify(wanted)),
          );
        }
      }
    }),
  );
});
