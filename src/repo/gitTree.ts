/** The files of a git revision as a project's tree: nothing is checked out, and of the work tree nothing is read. */
import type { Readable } from "node:stream";
import { GitError, type GitOptions, runGit, startGit } from "./gitCommand.ts";
import { maxFileBytes, type ProjectTree, toolFolders } from "./projectTree.ts";

/** The tree holds a git process that answers its questions, until it is disposed of. */
export interface GitTree extends ProjectTree, AsyncDisposable {}

interface Blob {
  readonly id: string;
  readonly size: number;
  readonly isExecutable: boolean;
}

/** Of a few hundred thousand files. */
const maxListing = 64 << 20;

/**
 * @param folder The repository, or a folder in it: then the tree begins there.
 * @param revision `HEAD`, `v1.2.3`, `main~3`, or the id of a tree, as git write-tree gives it
 * @throws GitError `failed` where there is no such revision; as {@link runGit}
 */
export async function readGitTree(folder: string, revision: string): Promise<GitTree> {
  const options: GitOptions = { folder };
  const id = await resolveTree(revision, options);
  const { blobs, passedOver } = readListing(await listing(id, options));
  const contents = new BlobReader(options);
  return {
    root: folder,
    files: [...blobs.keys()].toSorted(),
    has: (path) => blobs.has(path),
    read: async (path, limit = maxFileBytes) => {
      const blob = blobs.get(path);
      return blob === undefined || blob.size > limit ? undefined : (await contents.read(blob.id)).toString();
    },
    sizeOf: (path) => blobs.get(path)?.size,
    isExecutable: (path) => blobs.get(path)?.isExecutable,
    passedOver,
    leftOut: [],
    [Symbol.asyncDispose]: () => contents.end(),
  };
}

async function resolveTree(revision: string, options: GitOptions): Promise<string> {
  const asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{tree}`];
  const { status, stdout, stderr } = await runGit(asked, options);
  const id = stdout.trim();
  if (status === 0 && /^[0-9a-f]{40,64}$/.test(id)) return id;
  const said = stderr.trim() === "" ? "git knows no such revision" : stderr.trim();
  throw new GitError(
    "failed",
    `reading revision ${JSON.stringify(revision)} in ${options.folder} failed: ${said}\n\`git log --oneline\` and \`git tag\` list what there is`,
  );
}

async function listing(id: string, options: GitOptions): Promise<string> {
  const git = startGit(["ls-tree", "-r", "-z", "--long", id], options);
  git.stdin.end();
  return textOf(git.stdout, maxListing);
}

async function textOf(stream: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit)
      throw new GitError("failed", `the revision has more files than can be looked at (${limit} bytes)`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** `100644 blob <id>    <size>\t<path>`, each with a NUL behind it; links and submodules are passed by, as on disk. */
function readListing(text: string): { readonly blobs: ReadonlyMap<string, Blob>; readonly passedOver: string[] } {
  const blobs = new Map<string, Blob>();
  const passedOver = new Set<string>();
  for (const [, mode = "", id = "", size = "", path = ""] of text.matchAll(
    /100(644|755) blob ([0-9a-f]+) +(\d+)\t([^\0]*)\0/g,
  )) {
    const parts = path.split("/");
    const tool = parts.findIndex((part, i) => i + 1 < parts.length && toolFolders.has(part));
    if (tool !== -1) passedOver.add(parts.slice(0, tool + 1).join("/"));
    else if (!/\p{Cc}/u.test(path)) blobs.set(path, { id, size: Number(size), isExecutable: mode === "755" });
  }
  return { blobs, passedOver: [...passedOver].toSorted() };
}

/** Asks one `git cat-file --batch` for contents, which answers in the order of the questions. */
class BlobReader {
  readonly #git: ReturnType<typeof startGit>;
  readonly #waiting: { readonly take: (content: Buffer) => void; readonly fail: (error: unknown) => void }[] = [];
  readonly #answers: Promise<void>;
  #failure: GitError | undefined;

  constructor(options: GitOptions) {
    this.#git = startGit(["cat-file", "--batch"], options);
    // A process that is gone is told by the end of its output.
    this.#git.on("error", () => undefined);
    this.#git.stdin.on("error", () => undefined);
    this.#answers = this.#readAnswers().finally(() => this.#fail());
  }

  read(id: string): Promise<Buffer> {
    return new Promise((take, fail) => {
      if (this.#failure !== undefined) return fail(this.#failure);
      this.#waiting.push({ take, fail });
      this.#git.stdin.write(`${id}\n`);
    });
  }

  async end(): Promise<void> {
    this.#git.stdin.end();
    await this.#answers;
  }

  async #readAnswers(): Promise<void> {
    let parts: Buffer[] = [];
    let have = 0;
    let want = 0;
    for await (const chunk of this.#git.stdout as AsyncIterable<Buffer>) {
      parts.push(chunk);
      have += chunk.length;
      if (have < want) continue;
      let rest = Buffer.concat(parts);
      for (;;) {
        const head = rest.subarray(0, 200).indexOf("\n");
        const size = head === -1 ? undefined : /^[0-9a-f]+ blob (\d+)$/.exec(rest.toString("latin1", 0, head))?.[1];
        // What git lacks, as in a partial clone, it answers with `<id> missing`.
        if (head !== -1 && size === undefined) {
          this.#waiting.shift()?.fail(lacking(rest.toString("latin1", 0, head)));
          rest = rest.subarray(head + 1);
          continue;
        }
        want = size === undefined ? 0 : head + 1 + Number(size) + 1;
        if (size === undefined || rest.length < want) break;
        this.#waiting.shift()?.take(rest.subarray(head + 1, want - 1));
        rest = rest.subarray(want);
      }
      [parts, have] = [[rest], rest.length];
    }
  }

  #fail(): void {
    this.#failure = new GitError(
      "failed",
      "git ended before it had shown all files of the revision; is the repository damaged? `git fsck` tells",
    );
    for (const { fail } of this.#waiting.splice(0)) fail(this.#failure);
  }
}

function lacking(answer: string): GitError {
  return new GitError(
    "failed",
    `git has no content for a file of the revision (${answer}): this is a partial clone; \`git fetch --refetch --no-filter\` completes it`,
  );
}
