/**
 * Runs the snippets of ./snippets with the real bash 5.2 and dash of a Debian 12 and writes what they print to
 * ../src/recorded/bash.json: `node packages/shell/record/record-bash.mjs`. With `--check` it writes nothing and
 * fails when the file would change. To be run as root, since machines have only root.
 *
 * A file of snippets: `=== name` begins one and its script; ` -c` after the name gives the script as the argument of
 * `-c` instead of as script.sh; `--- path [mode]` begins another file beside it. Files whose name begins with `sh-` are
 * for `sh`, those of `utf8` run in the locale C.UTF-8, all others in C. Each snippet runs in a new empty directory,
 * which is /tmp/t in what is recorded.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** `--userland` plays ./userland into userland.json instead: programs other than the shells, in C.UTF-8. */
const USERLAND = process.argv.includes("--userland");
const SNIPPETS = new URL(USERLAND ? "userland/" : "snippets/", import.meta.url);
const RECORDED = new URL(
  USERLAND ? "../src/recorded/userland.json" : "../src/recorded/bash.json",
  import.meta.url,
);
const DIRECTORY = "/tmp/t";
/** A snippet whose output differs between these runs depends on chance and is refused. */
const RUNS = 3;
const ENVIRONMENT = {
  // programs that this machine has elsewhere, as gawk under the name of awk
  PATH: `${process.env.LVSIM_RECORD_BIN ?? "/usr/local/sbin"}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  HOME: "/root",
  USER: "root",
};

/** Runs "$2" and what follows with pipes as output, since what node gives a child are sockets, which behave differently. */
const WRAPPER =
  'd=$1; shift; { { "$@" 3>&-; echo $? > "$d/status"; } 2>&3 | cat > "$d/stdout" 3>&-; } 3>&1 | cat > "$d/stderr"';

function parseSnippets(group, text) {
  const dialect = group.startsWith("sh-") ? "dash" : "bash";
  const locale = USERLAND || group === "utf8" ? "C.UTF-8" : "C";
  const snippets = [];
  for (const block of text.split(/^=== /m).slice(1)) {
    const [head, ...parts] = block.split(/^--- /m);
    const { first, rest } = split(head);
    const form = first.endsWith(" -c") ? "command" : "file";
    const title = first.replace(/ -c$/, "");
    const script = form === "command" ? rest.replace(/\n$/, "") : rest;
    const files = parts.map((part) => {
      const file = split(part);
      const [path, mode] = file.first.split(" ");
      return { path, mode: mode ?? "644", content: file.rest };
    });
    snippets.push({ name: `${group}: ${title}`, dialect, locale, form, script, files });
  }
  return snippets;
}

function split(text) {
  const end = text.indexOf("\n");
  return { first: text.slice(0, end), rest: text.slice(end + 1) };
}

function run(snippet) {
  const directory = mkdtempSync("/tmp/lvsim-record-");
  const results = mkdtempSync("/tmp/lvsim-result-");
  try {
    for (const { path, mode, content } of snippet.files) {
      writeFileSync(join(directory, path), content);
      chmodSync(join(directory, path), Number.parseInt(mode, 8));
    }
    const shell = snippet.dialect === "dash" ? "sh" : "bash";
    const file = snippet.form === "file";
    if (file) writeFileSync(join(directory, "script.sh"), snippet.script);
    const argv = file ? ["script.sh"] : ["-c", snippet.script];
    const command = ["-c", WRAPPER, "record", results, shell, ...argv];
    const result = spawnSync("bash", command, {
      cwd: directory,
      env: { ...ENVIRONMENT, LC_ALL: snippet.locale },
      timeout: 10_000,
      stdio: "ignore",
    });
    if (result.status === null) throw new Error(`${snippet.name}: ended by ${result.signal}`);
    const read = (name) =>
      readFileSync(join(results, name), "utf8").replaceAll(directory, DIRECTORY);
    return { stdout: read("stdout"), stderr: read("stderr"), status: Number(read("status")) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
    rmSync(results, { recursive: true, force: true });
  }
}

function record(snippet) {
  const outcomes = Array.from({ length: RUNS }, () => run(snippet));
  const texts = new Set(outcomes.map((outcome) => JSON.stringify(outcome)));
  if (texts.size > 1) throw new Error(`${snippet.name}: differs:\n${[...texts].join("\n")}`);
  const { files, ...rest } = snippet;
  return files.length > 0 ? { ...rest, files, ...outcomes[0] } : { ...rest, ...outcomes[0] };
}

function main() {
  const version = spawnSync("bash", ["--version"], { encoding: "utf8" }).stdout;
  if (!version.includes("version 5.2.")) throw new Error(`bash 5.2 is needed, not ${version}`);
  if (process.getuid() !== 0) throw new Error("root is needed");
  process.umask(0o022);
  const snippets = readdirSync(SNIPPETS)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .flatMap((name) =>
      parseSnippets(name.slice(0, -4), readFileSync(new URL(name, SNIPPETS), "utf8")),
    );
  const names = new Set(snippets.map(({ name }) => name));
  if (names.size !== snippets.length) throw new Error("two snippets have one name");
  const failures = [];
  const recordings = [];
  for (const snippet of snippets) {
    try {
      recordings.push(record(snippet));
    } catch (error) {
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n\n"));
  const text = `${JSON.stringify(recordings, null, 2)}\n`;
  if (!process.argv.includes("--check")) writeFileSync(RECORDED, text);
  else if (readFileSync(RECORDED, "utf8") !== text) throw new Error(`${RECORDED} is not up to date`);
  console.log(`${recordings.length} snippets`);
}

main();
