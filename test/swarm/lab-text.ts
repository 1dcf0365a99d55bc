/** A lab as the text of a lab file. YAML's flow style is JSON; what has lines or keys of its own stands in block style. */
import type { LabSource } from "@lvsim/scenarios";

export const labText = (source: LabSource): string => block(source as Tree, "");

interface Tree {
  readonly [key: string]: unknown;
}

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const hasLines = (value: unknown): boolean =>
  typeof value === "string"
    ? value.includes("\n")
    : typeof value === "object" && value !== null && Object.values(value).some(hasLines);

/** Hosts stand one below the other, and whatever holds a script. */
function block(tree: Tree, indent: string): string {
  return Object.entries(tree)
    .map(([key, value]) => `${indent}${key}:${inner(value, indent)}`)
    .join("");
}

function inner(value: unknown, indent: string): string {
  const deeper = `${indent}  `;
  if (typeof value === "string" && value.includes("\n")) {
    const lines = value.replace(/\n$/, "").split("\n");
    const keeps = value.endsWith("\n") ? "" : "-";
    return ` |${keeps}\n${lines.map((line) => `${deeper}${line}\n`).join("")}`;
  }
  if (Array.isArray(value) && value.length > 0 && value.some(isTree))
    return `\n${value.map((one) => item(one as Tree, deeper)).join("")}`;
  if (isTree(value) && (indent === "" || hasLines(value))) return `\n${block(value, deeper)}`;
  return ` ${JSON.stringify(value)}\n`;
}

const item = (tree: Tree, indent: string): string =>
  hasLines(tree)
    ? block(tree, `${indent}  `).replace(/^ {2}( *)/, (all) => `${all.slice(2)}- `)
    : `${indent}- ${JSON.stringify(tree)}\n`;
