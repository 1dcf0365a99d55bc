/** What a prompt variable shows (bash(1), PROMPTING). Left out: \D{…}, \v, \V, and substitutions but of plain variables. */
import type { Shell } from "../shell/shell.ts";

export function promptText(shell: Shell, template: string): string {
  const { kernel, process, variables } = shell;
  const home = variables.get("HOME") ?? "";
  const cwd =
    home !== "" && (process.cwd === home || process.cwd.startsWith(`${home}/`))
      ? `~${process.cwd.slice(home.length)}`
      : process.cwd;
  const shown: Readonly<Record<string, string>> = {
    u: "root",
    h: kernel.hostname.split(".")[0] ?? "",
    H: kernel.hostname,
    w: cwd,
    W: cwd === "/" || cwd === "~" ? cwd : cwd.slice(cwd.lastIndexOf("/") + 1),
    $: "#",
    s: shell.dialect,
    n: "\n",
    r: "\r",
    e: "\u001b",
    a: "\u0007",
    j: String(shell.jobs.all.length),
    t: clock(kernel.wallSeconds),
    "\\": "\\",
    "[": "",
    "]": "",
  };
  return template
    .replace(/\\(.)/gs, (whole, letter: string) => shown[letter] ?? whole)
    .replace(
      /\$\{?([A-Za-z_]\w*)(?::\+[^}]*)?\}?/g,
      (_whole, name: string) => variables.get(name) ?? "",
    );
}

function clock(wallSeconds: number): string {
  const part = (value: number): string => String(value % 60).padStart(2, "0");
  const hours = String(Math.floor(wallSeconds / 3600) % 24).padStart(2, "0");
  return `${hours}:${part(Math.floor(wallSeconds / 60))}:${part(wallSeconds)}`;
}
