/**
 * Compiles the workloads with everything below them as a published build is compiled (docs/decisions/0006): class
 * fields by assignment and no kept names. What tsx does in development makes a frame three times as dear.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Writes the bundle into `folder` and returns its path. */
export async function bundleWorkloads(folder: string): Promise<string> {
  const outfile = join(folder, "run-one.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("run-one.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@lvsim/source"],
    keepNames: false,
    tsconfigRaw: { compilerOptions: { target: "ES2022", useDefineForClassFields: false } },
    // packages that are not modules ask for `require`
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  return outfile;
}
