/** How sources are compiled for use, not for development: for a published package, and for the bench (docs/decisions/0006). */
import type { InputOptions, OutputOptions } from "rolldown";
import { constantBindings } from "./constant-bindings.ts";

/** Class fields by assignment, and constants folded; `define` says what the sources do not know. */
export const asPublished = (define: Record<string, string> = {}): InputOptions => ({
  platform: "node",
  transform: {
    define,
    target: "es2022",
    assumptions: { setPublicClassFields: true },
    typescript: { removeClassFieldsWithoutInitializer: true },
  },
  plugins: [constantBindings],
  optimization: { inlineConst: { mode: "all", pass: 3 } },
  tsconfig: false,
  logLevel: "warn",
});

/** Constants stay `const`, and nothing keeps names. */
export const AS_PUBLISHED: OutputOptions = { format: "esm", topLevelVar: false, keepNames: false };
