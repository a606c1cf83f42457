import { expect, test } from "vitest";
import { walkChain } from "./chain.ts";
import { offSource } from "./keywordSource.ts";
import { SourceFailure, type FailureKind, type Source } from "./source.ts";

/** `ok`, a failure's kind, or a keyword; what follows says how the list goes on. */
type Link = readonly [outcome: "ok" | "off" | FailureKind, separator: "," | "|"];

function source(name: string, outcome: Link[0], asked: string[]): Source {
  if (outcome === "off") return offSource;
  return {
    name,
    ask: async (_path, consume) => {
      asked.push(name);
      if (outcome !== "ok") throw new SourceFailure(outcome, `${outcome} of ${name}`);
      return consume({ length: 0, contentType: "", body: (async function* () {})() });
    },
  };
}

const rows: readonly [links: readonly Link[], asked: string, result: string | number][] = [
  [[["ok", ","]], "0", "0"],
  [
    [
      ["not-found", ","],
      ["ok", ","],
    ],
    "01",
    "1",
  ],
  [
    [
      ["outage", ","],
      ["ok", ","],
    ],
    "0",
    502,
  ],
  [
    [
      ["outage", "|"],
      ["ok", ","],
    ],
    "01",
    "1",
  ],
  [
    [
      ["timeout", "|"],
      ["not-found", ","],
    ],
    "01",
    504,
  ],
  [
    [
      ["not-found", "|"],
      ["not-found", ","],
    ],
    "01",
    404,
  ],
  [
    [
      ["forbidden", ","],
      ["ok", ","],
    ],
    "0",
    403,
  ],
  [
    [
      ["rate-limited", "|"],
      ["rate-limited", ","],
    ],
    "01",
    503,
  ],
  [
    [
      ["outage", "|"],
      ["forbidden", "|"],
      ["not-found", "|"],
    ],
    "012",
    403,
  ],
  [
    [
      ["not-found", ","],
      ["not-found", ","],
    ],
    "01",
    404,
  ],
  [
    [
      ["outage", "|"],
      ["not-found", ","],
    ],
    "01",
    502,
  ],
  [
    [
      ["not-found", ","],
      ["off", ","],
    ],
    "0",
    404,
  ],
  [
    [
      ["bad-answer", ","],
      ["ok", ","],
    ],
    "0",
    502,
  ],
  [
    [
      ["bad-answer", "|"],
      ["ok", ","],
    ],
    "01",
    "1",
  ],
  [[["off", ","]], "", 404],
  [[], "", 404],
];

test.each(rows)("%j", async (links, expectedAsked, expected) => {
  const asked: string[] = [];
  const chain = links.map(([outcome, separator], i) => ({
    source: source(String(i), outcome, asked),
    fallBackOnAnyError: separator === "|",
  }));
  const walked = walkChain(chain, "p", "thing", async (_answer, source) => source.name, {
    signal: new AbortController().signal,
    via: undefined,
  });
  const result = await walked.catch((error: unknown) =>
    error instanceof Error && "status" in error ? error.status : error,
  );
  expect(result).toBe(expected);
  expect(asked.join("")).toBe(expectedAsked);
});

test("the error names every source that was asked, in order", async () => {
  const chain = [
    { source: source("https://a.example", "not-found", []), fallBackOnAnyError: false },
    { source: source("https://b.example", "outage", []), fallBackOnAnyError: false },
  ];
  const walked = walkChain(chain, "p", "example.com/m@v1.0.0", async () => 0, {
    signal: new AbortController().signal,
    via: undefined,
  });
  await expect(walked).rejects.toThrow(
    "example.com/m@v1.0.0: no source could answer\nhttps://a.example: not-found of https://a.example\nhttps://b.example: outage of https://b.example",
  );
});

test.each<[members: readonly [FailureKind | "ok", number][], asked: string, result: string | number]>([
  [
    [
      ["ok", 9],
      ["ok", 1],
    ],
    "1",
    "1",
  ],
  [
    [
      ["outage", 1],
      ["ok", 9],
    ],
    "01",
    "1",
  ],
  // One that says there is none speaks for the group, whoever was asked last.
  [
    [
      ["outage", 1],
      ["not-found", 9],
    ],
    "01n",
    "n",
  ],
  [
    [
      ["outage", 9],
      ["not-found", 1],
    ],
    "10n",
    "n",
  ],
  [
    [
      ["outage", 1],
      ["timeout", Infinity],
    ],
    "01",
    504,
  ],
])("a group %j, then the next", async (members, expectedAsked, expected) => {
  const asked: string[] = [];
  const chain = members.map(([outcome, rank], i) => ({
    source: source(String(i), outcome, asked),
    fallBackOnAnyError: false,
    group: 0,
    rank: () => rank,
  }));
  const next = { source: source("n", "ok", asked), fallBackOnAnyError: false };
  const errand = { signal: new AbortController().signal, via: undefined };
  const walked = walkChain([...chain, next], "p", "thing", async (_answer, source) => source.name, errand);
  const result = await walked.catch((error: unknown) =>
    error instanceof Error && "status" in error ? error.status : error,
  );
  expect(result).toBe(expected);
  expect(asked.join("")).toBe(expectedAsked);
});
