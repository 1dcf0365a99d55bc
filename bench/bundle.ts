/**
 * Compiles the workloads with everything below them as a published build is compiled (docs/decisions/0006): class
 * fields by assignment, no kept names, and all that is constant `const`, so that V8 folds it. What tsx does in
 * development makes a frame three times as dear.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { constantBindings } from "./constant-bindings.ts";

const READS_LABS = new URL("../packages/scenarios/src/run/library.ts", import.meta.url).href;

const ENTRY = "run-one.mjs";

/** Writes the bundle into `folder`, with what only some workloads need in files of their own, and returns its path. */
export async function bundleWorkloads(folder: string): Promise<string> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL("run-one.ts", import.meta.url)),
    platform: "node",
    resolve: { conditionNames: ["@lvsim/source", "import", "node"] },
    transform: {
      // labs are read from beside the sources that read them
      define: { "import.meta.url": JSON.stringify(READS_LABS) },
      target: "es2022",
      assumptions: { setPublicClassFields: true },
      typescript: { removeClassFieldsWithoutInitializer: true },
    },
    plugins: [constantBindings],
    optimization: { inlineConst: { mode: "all", pass: 3 } },
    tsconfig: false,
    logLevel: "warn",
  });
  await bundle.write({
    dir: folder,
    entryFileNames: ENTRY,
    chunkFileNames: "[name].mjs",
    format: "esm",
    topLevelVar: false,
    keepNames: false,
  });
  await bundle.close();
  return join(folder, ENTRY);
}
