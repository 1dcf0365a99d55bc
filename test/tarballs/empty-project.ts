/**
 * What people get who install lvsim: the tarballs of `pnpm pack`, in a project of their own outside of the workspace. What
 * others publish is linked from here, so that no network is asked.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGES = ["core", "shell", "scenarios", "testing", "cli"] as const;

export interface Ended {
  readonly status: number;
  readonly out: string;
}

/** Runs a program to its end, without what the test runner has put into the environment. */
export function run(cwd: string, program: string, ...words: readonly string[]): Promise<Ended> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_OPTIONS|LVSIM_)/.test(name)),
  );
  const options = { cwd, env: { ...env, npm_config_offline: "true", NO_COLOR: "1" } };
  return new Promise((resolve) => {
    execFile(program, words, options, (error, stdout, stderr) => {
      const { code } = (error ?? { code: 0 }) as { code?: unknown };
      resolve({ status: typeof code === "number" ? code : 1, out: stdout + stderr });
    });
  });
}

/** The pnpm that runs this, or the one that CONTRIBUTING.md names. */
function pnpm(cwd: string, ...words: readonly string[]): Promise<Ended> {
  const { npm_execpath: path = "" } = process.env;
  return /pnpm$/.test(path)
    ? run(cwd, path, ...words)
    : run(cwd, "npx", "-y", "pnpm@12.21.0", ...words);
}

/** Throws with what a step said when it did not end well. */
async function must(step: Promise<Ended>): Promise<void> {
  const { status, out } = await step;
  if (status !== 0) throw new Error(out);
}

/** Packages of others, by name, as links into the workspace. */
function othersLinked(): Record<string, string> {
  const links: Record<string, string> = {
    vitest: `link:${join(ROOT, "node_modules/vitest")}`,
    "fast-check": `link:${join(ROOT, "packages/testing/node_modules/fast-check")}`,
  };
  for (const name of PACKAGES) {
    const folder = join(ROOT, "packages", name);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    for (const other of Object.keys(dependencies))
      if (!other.startsWith("@lvsim/"))
        links[other] = `link:${join(folder, "node_modules", other)}`;
  }
  return links;
}

const TSCONFIG = {
  compilerOptions: {
    target: "ES2023",
    // types of zod and vitest speak of the browser's
    lib: ["ES2023", "DOM"],
    module: "nodenext",
    types: [],
    strict: true,
    skipLibCheck: false,
    rewriteRelativeImportExtensions: true,
    rootDir: "src",
    outDir: "build",
  },
  include: ["src"],
};

/** A project with the tarballs installed, and the examples of `@lvsim/testing` as its sources. */
export async function emptyProject(): Promise<string> {
  const project = mkdtempSync(join(tmpdir(), "lvsim-project-"));
  const tarballs = join(project, "tarballs");
  mkdirSync(tarballs);
  await must(pnpm(ROOT, "-r", "--filter", "./packages/*", "pack", "--pack-destination", tarballs));
  const ours: Record<string, string> = {};
  for (const file of readdirSync(tarballs)) {
    const [, name = ""] = /^lvsim-([a-z]+)-/.exec(file) ?? [];
    ours[`@lvsim/${name}`] = `file:${join(tarballs, file)}`;
  }
  const others = othersLinked();
  const write = (file: string, value: unknown): void =>
    writeFileSync(join(project, file), JSON.stringify(value, null, 2));
  const { vitest = "", "fast-check": fastCheck = "" } = others;
  write("package.json", {
    name: "somebody",
    private: true,
    type: "module",
    dependencies: { ...ours, vitest, "fast-check": fastCheck },
  });
  // YAML reads JSON
  write("pnpm-workspace.yaml", { overrides: { ...ours, ...others } });
  write("tsconfig.json", TSCONFIG);
  await must(pnpm(project, "install", "--offline"));
  cpSync(join(project, "node_modules/@lvsim/testing/examples"), join(project, "src"), {
    recursive: true,
    filter: (path) => !path.endsWith("tsconfig.json"),
  });
  return project;
}

export const TSC = join(ROOT, "node_modules/.bin/tsc");
