/** Go's path.Clean: no empty and no `.` elements, and no `..` behind another element. */
export function clean(path: string): string {
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const element of path.split("/")) {
    if (element === "" || element === ".") continue;
    if (element !== ".." || (kept.length === 0 && !rooted) || kept.at(-1) === "..") kept.push(element);
    else kept.pop();
  }
  return (rooted ? "/" : "") + kept.join("/") || ".";
}
