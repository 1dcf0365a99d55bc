/**
 * What core and shell may not use, because it would make a run depend on the machine or the moment: clocks,
 * randomness, timers, locale, floating-point functions that differ between engines, promises, Node.
 */
import { lineOf, type Node, parse, type SourceFile, walk } from "./source.ts";

const GLOBALS = new Set([
  "Date",
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "queueMicrotask",
  "requestAnimationFrame",
  "crypto",
  "process",
  "Promise",
  "Intl",
  "Temporal",
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "navigator",
  "globalThis",
  "window",
  "require",
  "eval",
  "Function",
  "WeakRef",
  "FinalizationRegistry",
  "SharedArrayBuffer",
  "Atomics",
  "structuredClone",
  "Buffer",
]);

/** The members of Math that are exact on every machine; all others are banned. */
const EXACT_MATH = new Set([
  "abs",
  "ceil",
  "clz32",
  "floor",
  "fround",
  "imul",
  "max",
  "min",
  "round",
  "sign",
  "sqrt",
  "trunc",
]);

const MEMBERS = new Set([
  "localeCompare",
  "toLocaleString",
  "toLocaleDateString",
  "toLocaleTimeString",
  "toLocaleLowerCase",
  "toLocaleUpperCase",
  "getRandomValues",
]);

/** Every use of a banned word, as `path:line: word`. */
export function bannedWords(file: SourceFile): string[] {
  const found: string[] = [];
  const report = (node: Node, word: string): void => {
    found.push(`${file.path}:${lineOf(file, node.start)}: ${word}`);
  };
  const tree = parse(file);
  const own = declaredNames(tree);
  walk(tree, (node, parent) => {
    if (isBannedGlobal(node, own) && isUse(node, parent)) report(node, node.name as string);
    if (node.type === "Identifier" && node.name === "Math" && isUse(node, parent))
      reportMath(node, parent, report);
    if (node.type === "MemberExpression" && MEMBERS.has(memberName(node) ?? ""))
      report(node, memberName(node) as string);
    // an object with a `then` that is called is a promise in all but name
    if (node.type === "CallExpression" && memberName(node.callee as Node) === "then")
      report(node, "then");
    if (node.async === true || node.type === "AwaitExpression") report(node, "async");
    const { source } = node as { source?: Node };
    if (typeof source?.value === "string" && source.value.startsWith("node:"))
      report(node, source.value);
  });
  return found;
}

const isBannedGlobal = (node: Node, own: ReadonlySet<string>): boolean =>
  node.type === "Identifier" && GLOBALS.has(node.name as string) && !own.has(node.name as string);

/** Names that the file gives to its own functions, variables and parameters: a shell's `process` is not Node's. */
function declaredNames(tree: Node): Set<string> {
  const names = new Set<string>();
  const add = (node: unknown): void => {
    const { type, name } = (node ?? {}) as Node;
    if (type === "Identifier") names.add(name as string);
  };
  walk(tree, (node, parent) => {
    if (node.type === "VariableDeclarator" || node.type === "FunctionDeclaration") add(node.id);
    if (Array.isArray(node.params)) for (const parameter of node.params) add(parameter);
    if (node.type === "Property" && parent?.type === "ObjectPattern") add(node.value);
  });
  return names;
}

function reportMath(
  node: Node,
  parent: Node | null,
  report: (node: Node, word: string) => void,
): void {
  const member = parent?.type === "MemberExpression" && parent.object === node;
  const name = member ? memberName(parent) : undefined;
  if (name === undefined) report(node, "Math itself");
  else if (!EXACT_MATH.has(name) && !/^[A-Z0-9_]+$/.test(name)) report(node, `Math.${name}`);
}

/** The name of the member that an expression reads, also for `a["b"]`. */
function memberName(node: Node): string | undefined {
  const property = node.property as Node | undefined;
  if (property === undefined) return undefined;
  if (node.computed !== true) return property.name as string | undefined;
  return property.type === "Literal" ? String(property.value) : undefined;
}

/** Whether an identifier names a variable, not a key, a member or a type's own name. */
function isUse(node: Node, parent: Node | null): boolean {
  if (parent === null) return true;
  if (parent.type === "MemberExpression") return parent.object === node || parent.computed === true;
  const keyed = [
    "Property",
    "PropertyDefinition",
    "MethodDefinition",
    "TSPropertySignature",
    "TSMethodSignature",
  ];
  if (keyed.includes(parent.type)) return parent.key !== node || parent.computed === true;
  return parent.type !== "ImportSpecifier" && parent.type !== "TSEnumMember";
}
