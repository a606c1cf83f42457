/** https://go.dev/ref/spec#Keywords */
const keywords: ReadonlySet<string> = new Set(
  (
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package range " +
    "return select struct switch type var"
  ).split(" "),
);

/** Reports whether a word can't be a name (go/token, IsKeyword). */
export function isKeyword(word: string): boolean {
  return keywords.has(word);
}
