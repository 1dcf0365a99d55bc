/** An imported lab as the text of its file, with what it lacks on top. */
import { Document, visit } from "yaml";
import type { ImportResult } from "./import-files.ts";

export function labText({ source, notes, kind }: ImportResult, path: string): string {
  const document = new Document(source, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === "string" && node.value.includes("\n")) node.type = "BLOCK_LITERAL";
    },
  });
  const head = [
    `# Made by lvsim import ${path} (${kind}).`,
    ...notes.map(
      ({ line, path: of, en }) =>
        `# ${of}${line === 0 ? "" : `:${line}`}: ${en.replaceAll("\n", " ")}`,
    ),
  ];
  return `${head.join("\n")}\n${document.toString({ lineWidth: 0 })}`;
}
