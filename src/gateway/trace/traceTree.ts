// What happened for one request, as a tree that a person can read. Pure.

export interface TraceNode {
  readonly text: string;
  /** Milliseconds since the request came. */
  readonly at: number;
  /** How long it took, once it is over. */
  took: number | undefined;
  /** How it ended. */
  end: string | undefined;
  readonly children: TraceNode[];
}

/** Lines of at most so many characters: what a source says may be long. */
const widest = 300;

export function drawTrace(head: string, nodes: readonly TraceNode[]): string {
  const lines = [head];
  draw(nodes, "", lines);
  return `${lines.join("\n")}\n`;
}

function draw(nodes: readonly TraceNode[], indent: string, lines: string[]): void {
  for (const [at, node] of nodes.entries()) {
    const isLast = at === nodes.length - 1;
    const end = node.end === undefined ? "" : `: ${node.end}`;
    const took = node.took === undefined ? "" : `  ${node.took.toFixed(1)} ms`;
    // A source's and a client's words: no control character may reach a terminal.
    const text = `${node.text}${end}`.replaceAll(/\p{C}+/gu, " ").slice(0, widest);
    lines.push(`${indent}${isLast ? "└─" : "├─"} +${Math.round(node.at)} ${text}${took}`);
    draw(node.children, `${indent}${isLast ? "   " : "│  "}`, lines);
  }
}
