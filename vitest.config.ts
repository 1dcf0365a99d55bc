import { defineConfig } from "vitest/config";

/** Sources run as they are: every package exports them under the condition `@lvsim/source`. */
export default defineConfig({
  resolve: { conditions: ["@lvsim/source"] },
  ssr: { resolve: { conditions: ["@lvsim/source"] } },
  test: {
    // speed is no test: a slow machine is not wrong
    testTimeout: 120_000,
    pool: "threads",
    // by default one processor is left free, which of two is half of them
    maxWorkers: "100%",
    isolate: false,
    setupFiles: ["test/properties.setup.ts"],
    include: ["packages/*/{src,examples}/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts"],
    reporters: ["default"],
  },
});
