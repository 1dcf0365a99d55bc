/** What bash reads and dash refuses: arrays, `<<<`, `<( )`, `function`, and for loops in C's form. */
import { forEachChild, type ParseError, type SyntaxNode } from "unbash";
import type { Source } from "../shell/source.ts";

const cache = new WeakMap<object, ParseError | null>();

/** The first such place, with dash's words for it; undefined when the script is one of POSIX's. */
export function dashFault({ script, text }: Source): ParseError | undefined {
  const cached = cache.get(script);
  if (cached !== undefined) return cached ?? undefined;
  let first: ParseError | null = null;
  const visit = (node: SyntaxNode): void => {
    const message = refusal(node, text);
    if (message !== undefined && (first === null || node.pos < first.pos))
      first = { pos: node.pos, message };
    if (node.type !== "Script" || node.source === undefined) forEachChild(node, visit);
  };
  visit(script);
  cache.set(script, first);
  return first ?? undefined;
}

function refusal(node: SyntaxNode, text: string): string | undefined {
  switch (node.type) {
    case "ArrayValue":
      return '"(" unexpected';
    case "HereString":
      return "redirection unexpected";
    case "ProcessSubstitution":
      return '"(" unexpected';
    case "ArithmeticFor":
      return "Bad for loop variable";
    case "Select":
      return '"do" unexpected';
    case "Function":
      if (!/^function\s/.test(text.slice(node.pos, node.pos + 10))) return undefined;
      return /^function\s+\S+?\s*\(/.test(text.slice(node.pos))
        ? '"(" unexpected'
        : '"}" unexpected';
    case "Pipeline":
      return node.operators.includes("|&") ? '"&" unexpected' : undefined;
    default:
      return undefined;
  }
}
