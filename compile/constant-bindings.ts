/**
 * Makes the functions and classes at the top of a module `const`: V8 folds a constant binding into what calls it, and loads
 * and compares any other at each call (docs/decisions/0006). Functions move to the front of their module, because a
 * declaration may be used above its place. An abstract class stays, for there is no such expression.
 */
import { type Plugin, RolldownMagicString } from "rolldown";
import type { ESTree } from "rolldown/utils";

/** What others wrote may have modules in a cycle, where a constant is read before its turn. */
const OURS = /^(?!.*node_modules).*\.ts$/;

export const constantBindings: Plugin = {
  name: "constant-bindings",
  transform: {
    filter: { id: OURS },
    handler(source) {
      const text = new RolldownMagicString(source);
      for (const node of this.parse(source, { lang: "ts" }).body) bind(text, node);
      return { code: text };
    },
  },
};

/** `const f = function () {};` for `function f() {}`, and the same for a class. */
function bind(text: RolldownMagicString, node: ESTree.Statement | ESTree.ModuleDeclaration): void {
  const declared = node.type === "ExportNamedDeclaration" ? node.declaration : node;
  const isFunction = declared?.type === "FunctionDeclaration";
  if (!isFunction && !(declared?.type === "ClassDeclaration" && !declared.abstract)) return;
  const { id, start, end } = declared;
  if (id === null) return;
  text.update(start, id.end, `const ${id.name} = ${text.original.slice(start, id.start)}`);
  text.update(end - 1, end, "};");
  if (isFunction && node.start > 0) text.move(node.start, node.end, 0);
}
