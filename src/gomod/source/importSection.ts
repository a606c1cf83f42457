/**
 * How much of a Go file the go command reads: to the end of its imports, and to the end of the file where that far it is
 * broken (go/build/read.go). It is a coarser look than a parser's: semicolons are blanks, and any byte beyond ASCII is part
 * of a name.
 *
 * What the parser says of a broken file depends on where it stops, so this decides whether the file *is* broken.
 */
import {
  backQuote,
  backslash,
  byteAt,
  carriageReturn,
  closing,
  dot,
  doubleQuote,
  formFeed,
  isNameByte,
  newline,
  opening,
  semicolon,
  slash,
  space,
  star,
  tab,
} from "./bytes.ts";

/** Why reading ended before its time. A NUL makes the go command give up on the file; text that is no Go it parses whole. */
export type Stop = "syntax" | "nul";

/** The offset behind the last import; or why there is none. */
export function importSectionEnd(bytes: Uint8Array): number | Stop {
  return new SectionReader(bytes).read();
}

/** The offset behind the leading comments and blanks of a file that need not be Go; or why there is none. */
export function leadingCommentsEnd(bytes: Uint8Array): number | Stop {
  return new SectionReader(bytes).skip();
}

class SectionReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #stop: Stop | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): number | Stop {
    this.#keyword("package");
    this.#name();
    while (this.#peekBehindBlanks() === 0x69 && this.#stop === undefined) {
      this.#keyword("import");
      if (this.#peekBehindBlanks() !== opening) {
        this.#import();
        continue;
      }
      this.#at++;
      while (this.#peekBehindBlanks() !== closing && this.#stop === undefined) this.#import();
      this.#at++;
    }
    return this.#stop ?? Math.min(this.#at, this.#bytes.length);
  }

  skip(): number | Stop {
    this.#peekBehindBlanks();
    return this.#stop ?? this.#at;
  }

  #fail(why: Stop): void {
    this.#stop ??= why;
  }

  /** The byte at hand; 0 at the end, and where it is one, which is refused. */
  #peek(): number {
    if (this.#stop !== undefined || this.#at >= this.#bytes.length) return 0;
    const byte = byteAt(this.#bytes, this.#at);
    if (byte === 0) this.#fail("nul");
    return byte;
  }

  #take(): number {
    const byte = this.#peek();
    this.#at++;
    return byte;
  }

  #peekBehindBlanks(): number {
    for (;;) {
      const byte = this.#peek();
      switch (byte) {
        case space:
        case formFeed:
        case tab:
        case carriageReturn:
        case newline:
        case semicolon:
          this.#at++;
          continue;
        case slash:
          this.#at++;
          this.#comment();
          continue;
        default:
          return byte;
      }
    }
  }

  #comment(): void {
    const kind = this.#take();
    if (kind === slash) {
      while (this.#stop === undefined && this.#at < this.#bytes.length) if (this.#take() === newline) return;
    } else if (kind === star) {
      for (let last = 0; this.#stop === undefined;) {
        if (this.#at >= this.#bytes.length) return this.#fail("syntax");
        const byte = this.#take();
        if (last === star && byte === slash) return;
        last = byte;
      }
    } else this.#fail("syntax");
  }

  #keyword(word: string): void {
    this.#peekBehindBlanks();
    for (let i = 0; i < word.length; i++) if (this.#take() !== word.charCodeAt(i)) return this.#fail("syntax");
    if (isNameByte(this.#peek())) this.#fail("syntax");
  }

  #name(): void {
    if (!isNameByte(this.#peekBehindBlanks())) return this.#fail("syntax");
    while (isNameByte(this.#peek())) this.#at++;
  }

  #import(): void {
    const first = this.#peekBehindBlanks();
    if (first === dot) this.#at++;
    else if (isNameByte(first)) this.#name();
    this.#peekBehindBlanks();
    const quotation = this.#take();
    if (quotation !== backQuote && quotation !== doubleQuote) return this.#fail("syntax");
    while (this.#stop === undefined) {
      if (this.#at >= this.#bytes.length) return this.#fail("syntax");
      const byte = this.#take();
      if (byte === quotation) return;
      if (quotation === backQuote) continue;
      if (byte === newline) this.#fail("syntax");
      if (byte === backslash) this.#take();
    }
  }
}
