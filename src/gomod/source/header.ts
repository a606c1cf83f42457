/** The parser of a Go file's package clause and imports, as strict as go/parser, which goes on where that would give up. */
import { unquote } from "../unquote.ts";
import { byteAt, carriageReturn, slash, space, textBetween } from "./bytes.ts";
import { commentSource, commentText, saysGenerated } from "./commentText.ts";
import type { Directive } from "./directive.ts";
import { type CommentPlace, HeaderLexer, type HeaderToken, type SourceFault } from "./headerLexer.ts";
import { isImportPath } from "./importPath.ts";
import { importSectionEnd } from "./importSection.ts";
import { isKeyword } from "./keyword.ts";

export interface Import {
  readonly path: string;
  /** The name it is given here, `_` and `.` included. */
  readonly name: string | undefined;
  /** Of the name or the path, in bytes. */
  readonly offset: number;
  /** The comment that belongs to it, as text; of `import "C"` it is what cgo compiles. Empty for all others. */
  readonly preamble: string;
}

/** `nul`: a NUL byte, for which the go command doesn't even count the file. `clause`: it knows no package name. */
export interface HeaderFault extends SourceFault {
  readonly kind: "nul" | "clause" | "imports";
}

export interface Header {
  readonly packageName: string | undefined;
  readonly imports: readonly Import[];
  readonly directives: readonly Directive[];
  readonly isGenerated: boolean;
  readonly fault: HeaderFault | undefined;
}

/** @param bytes A file's text without a byte order mark. */
export function readHeader(bytes: Uint8Array): Header {
  const header = new HeaderParser(bytes).parse();
  if (header.fault === undefined && !header.isUnsure) return header;
  // The go command's parser sees no more than the import section, if that could be found.
  const end = importSectionEnd(bytes);
  if (end === "nul") {
    return { ...header, fault: { offset: bytes.indexOf(0), message: "unexpected NUL in input", kind: "nul" } };
  }
  // A file with a second byte order mark comes here too. Then the parser sees the token behind the imports, and where that
  // is none at all (`$`) the go command refuses the file, and we do not.
  return end === "syntax" ? header : new HeaderParser(bytes.subarray(0, end)).parse();
}

class HeaderParser {
  readonly #lexer: HeaderLexer;
  readonly #imports: Import[] = [];
  /** Counts only where nothing else is wrong. */
  #invalidPath: SourceFault | undefined;

  constructor(bytes: Uint8Array) {
    this.#lexer = new HeaderLexer(bytes);
  }

  parse(): Header & { readonly isUnsure: boolean } {
    const lexer = this.#lexer;
    lexer.next();
    const leading = [...lexer.comments];
    if (this.#word() !== "package") this.#unexpected("'package'");
    else lexer.next();
    const name = this.#word();
    const hasName = name !== undefined && !isKeyword(name);
    if (hasName) lexer.next();
    else this.#unexpected("a package name");
    this.#semicolon();
    const isClauseBroken = lexer.fault !== undefined;
    while (this.#word() === "import") this.#declaration();
    const fault = lexer.fault ?? this.#invalidPath;
    return {
      packageName: hasName ? name : undefined,
      imports: this.#imports,
      ...this.#leading(leading),
      fault: fault === undefined ? undefined : { ...fault, kind: isClauseBroken ? "clause" : "imports" },
      // What stands behind these the parser doesn't see, but who looks for the imports' end does.
      isUnsure: this.#is(";") || byteAt(lexer.bytes, lexer.start) === slash,
    };
  }

  #is(kind: HeaderToken): boolean {
    return this.#lexer.kind === kind;
  }

  /** The token where it is a name or keyword. */
  #word(): string | undefined {
    const { kind, bytes, start, end } = this.#lexer;
    return kind === "name" ? textBetween(bytes, start, end) : undefined;
  }

  #unexpected(wanted: string): void {
    this.#lexer.note(this.#lexer.start, `expected ${wanted}`);
  }

  /** A `;`, which may be left out before a closing bracket. Skips to one where something else stands. */
  #semicolon(): void {
    const lexer = this.#lexer;
    if (this.#is(")") || this.#is("}")) return;
    if (!this.#is(";")) this.#unexpected("';'");
    while (!this.#is(";") && !this.#is("end") && !this.#is(")")) lexer.next();
    if (this.#is(";")) lexer.next();
  }

  #declaration(): void {
    const lexer = this.#lexer;
    const comments = lexer.leadComments();
    lexer.next();
    if (!this.#is("(")) return this.#spec([], comments);
    lexer.next();
    const first = this.#imports.length;
    const ofFirst = lexer.leadComments();
    while (!this.#is(")") && !this.#is("end")) this.#spec(lexer.leadComments(), []);
    // The comment of a group of one belongs to it, unless that has its own.
    const [only, second] = this.#imports.slice(first, first + 2);
    if (only?.path === "C" && second === undefined && ofFirst.length === 0) {
      this.#imports[first] = { ...only, preamble: this.#text(comments) };
    }
    if (this.#is(")")) lexer.next();
    else this.#unexpected("')'");
    this.#semicolon();
  }

  #spec(own: readonly CommentPlace[], ofDeclaration: readonly CommentPlace[]): void {
    const lexer = this.#lexer;
    const offset = lexer.start;
    const word = this.#word();
    const isNamed = (word !== undefined && !isKeyword(word)) || this.#is(".");
    const name = this.#is(".") ? "." : word;
    if (isNamed) lexer.next();
    if (this.#is("string")) {
      const path = this.#path();
      if (path !== undefined) {
        const comments = own.length > 0 ? own : ofDeclaration;
        const preamble = path === "C" ? this.#text(comments) : "";
        this.#imports.push({ path, name: isNamed ? name : undefined, offset, preamble });
      }
      lexer.next();
    } else {
      this.#unexpected("an import path");
      // Whatever stands there, it is passed: a group must end.
      if (!this.#is(";") && !this.#is(")") && !this.#is("end")) lexer.next();
    }
    this.#semicolon();
  }

  #path(): string | undefined {
    const { bytes, start, end } = this.#lexer;
    const path = unquote(textBetween(bytes, start, end));
    if (path === undefined) this.#lexer.note(start, "invalid quoted string");
    else if (!isImportPath(path)) this.#invalidPath ??= { offset: start, message: `invalid import path: ${path}` };
    return path;
  }

  #text(comments: readonly CommentPlace[]): string {
    return commentText(comments.map((comment) => commentSource(this.#lexer.bytes, comment)));
  }

  #leading(comments: readonly CommentPlace[]): Pick<Header, "directives" | "isGenerated"> {
    const { bytes } = this.#lexer;
    const directives: Directive[] = [];
    let isGenerated = false;
    for (const place of comments) {
      if (!mayTellMore(bytes, place)) continue;
      const text = commentSource(bytes, place);
      if (text.startsWith("//go:")) directives.push({ text, offset: place.start });
      isGenerated ||= saysGenerated(text);
    }
    return { directives, isGenerated };
  }
}

/** Whether a comment may be a directive or the mark of generated files: most are licences, and needn't be decoded. */
function mayTellMore(bytes: Uint8Array, { start }: CommentPlace): boolean {
  const [mark, first, second] = [byteAt(bytes, start + 1), byteAt(bytes, start + 2), byteAt(bytes, start + 3)];
  if (mark !== slash || first === carriageReturn || first === 0x67) return true;
  return first === space && (second === 0x43 || second === carriageReturn);
}
