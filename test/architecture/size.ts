/** How long files and functions may be. */
import { lineOf, type Node, parse, type SourceFile, walk } from "./source.ts";

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** Files and functions over the limits; a function's lines are those that hold code. */
export function tooLong(file: SourceFile): string[] {
  const found: string[] = [];
  const lines = file.text.split("\n").length - 1;
  if (lines > FILE_LINES_MAX) found.push(`${file.path}: ${lines} lines`);
  walk(parse(file), (node) => {
    if (!FUNCTIONS.has(node.type)) return;
    const count = codeLines(file, node);
    if (count > FUNCTION_LINES_MAX)
      found.push(`${file.path}:${lineOf(file, node.start)}: a function of ${count} lines`);
  });
  return found;
}

const codeLines = (file: SourceFile, node: Node): number =>
  file.text
    .slice(node.start, node.end)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:\/\/|\/\*|\*)/.test(line)).length;
