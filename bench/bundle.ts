/**
 * Compiles the workloads with everything below them as a published package is compiled (docs/decisions/0006). What tsx
 * does in development makes a frame three times as dear.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AS_PUBLISHED, asPublished } from "@lvsim/compile";
import { rolldown } from "rolldown";

const READS_LABS = new URL("../packages/scenarios/src/run/library.ts", import.meta.url).href;

const ENTRY = "run-one.mjs";

/** Writes the bundle into `folder`, with what only some workloads need in files of their own, and returns its path. */
export async function bundleWorkloads(folder: string): Promise<string> {
  const bundle = await rolldown({
    // labs are read from beside the sources that read them
    ...asPublished({ "import.meta.url": JSON.stringify(READS_LABS) }),
    resolve: { conditionNames: ["@lvsim/source", "import", "node"] },
    input: fileURLToPath(new URL("run-one.ts", import.meta.url)),
  });
  await bundle.write({
    ...AS_PUBLISHED,
    dir: folder,
    entryFileNames: ENTRY,
    chunkFileNames: "[name].mjs",
  });
  await bundle.close();
  return join(folder, ENTRY);
}
