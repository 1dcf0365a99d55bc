/** Compiles `@lvsim/core` into its `dist`: `prepack` runs it after the types are there. */
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { AS_PUBLISHED, asPublished } from "./as-published.ts";

const core = (path: string): string =>
  fileURLToPath(new URL(`../packages/core/${path}`, import.meta.url));

const bundle = await rolldown({
  ...asPublished(),
  input: { index: core("src/index.ts"), "testing/index": core("src/testing/index.ts") },
  external: /^[a-z@]/,
});
await bundle.write({
  ...AS_PUBLISHED,
  dir: core("dist"),
  chunkFileNames: "[name].js",
  // in one file all is folded that is constant
  codeSplitting: { groups: [{ name: "core" }] },
});
await bundle.close();
