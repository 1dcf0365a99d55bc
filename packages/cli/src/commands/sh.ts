/**
 * `lvsim sh FILE`: runs a bash script as root on a fresh simulated machine. The script stands in /mnt together with the
 * files of `--with`, where nothing can be changed, and begins there, so that `. lib.sh`, `. ./lib.sh` and
 * `$(dirname "$0")/lib.sh` find them; without `--with` it stands and begins in /root.
 */
import { lstatSync, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Lab } from "@lvsim/scenarios";
import { DEFAULT_COSTS, type ImageName } from "@lvsim/shell";
import type { Environment } from "../environment.ts";
import { didYouMean } from "../suggest.ts";
import { UsageError, unreadable } from "../usage-error.ts";

export interface ShOptions {
  readonly image: string;
  /** Folder with what the script sources; null for none. */
  readonly folder: string | null;
  readonly seed: string;
}

const IMAGES: readonly ImageName[] = ["debian-12", "centos-7"];
const MACHINE = "host";
const SHARED = "/mnt";
const HOME = "/root";
const STANDARD_INPUT = "-";
const FILES_MAX = 4096;
const OCTETS_MAX = 1 << 24;

/** The script's own exit status. */
export function shCommand(
  file: string,
  args: readonly string[],
  { image, folder, seed }: ShOptions,
  { out, err }: Environment,
): number {
  const name = imageNamed(image);
  const script = readScript(file);
  const shared = folder === null ? null : readFolder(folder);
  const lab = Lab.empty({ seed, costs: DEFAULT_COSTS });
  const { shell } = lab.addMachine(MACHINE, { image: name });
  const place = placeOf(file, folder);
  if (shared === null) shell.writeFile(`${HOME}/${place}`, script, 0o755);
  else shell.mountReadOnly(SHARED, shared.set(place, script));
  const begin = shared === null ? HOME : dirname(`${SHARED}/${place}`);
  const words = ["bash", basename(place), ...args].map(quoted).join(" ");
  const { status, stdout, stderr } = lab.exec(MACHINE, `cd ${quoted(begin)} && exec ${words}`);
  out(stdout);
  err(status === 2 ? inOneLine(stderr) : stderr);
  return status;
}

function imageNamed(image: string): ImageName {
  const found = IMAGES.find((name) => name === image);
  if (found === undefined)
    throw new UsageError(
      `no image "${image}"; known: ${IMAGES.join(", ")}${didYouMean(image, IMAGES)}`,
    );
  return found;
}

function readScript(file: string): string {
  let octets: Uint8Array;
  try {
    octets = readFileSync(file === STANDARD_INPUT ? 0 : file);
  } catch (error) {
    throw unreadable(file, error);
  }
  if (octets.includes(0)) throw new UsageError(`${file} is no script: it holds binary data`);
  return textOf(octets);
}

const textOf = (octets: Uint8Array): string => new TextDecoder().decode(octets);

/** Where the script stands below the folder: where it is if it is in there, else at its top. */
function placeOf(file: string, folder: string | null): string {
  if (file === STANDARD_INPUT) return "stdin";
  if (folder === null) return basename(file);
  const inside = relative(resolve(folder), resolve(file));
  const leaves = inside === "" || inside.startsWith("..") || inside === resolve(file);
  return leaves ? basename(file) : inside.split(sep).join("/");
}

/** Every text file below `folder` by its path there, what links lead to included; binary files are left out. */
function readFolder(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  let octetsLeft = OCTETS_MAX;
  const visit = (at: string, below: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      const isLink = lstatSync(path).isSymbolicLink();
      const stat = isLink ? statOrNull(path) : statSync(path);
      // a linked folder could lead in a circle
      if (stat?.isDirectory() === true && !isLink) visit(path, `${below}${name}/`);
      if (stat?.isFile() !== true) continue;
      octetsLeft -= stat.size;
      if (files.size >= FILES_MAX || octetsLeft < 0)
        throw new UsageError(
          `${folder} is too much to mount: at most ${FILES_MAX} files of 16 MiB in all`,
        );
      const octets = readFileSync(path);
      if (!octets.includes(0)) files.set(`${below}${name}`, textOf(octets));
    }
  };
  try {
    visit(folder, "");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unreadable(folder, error);
  }
  return files;
}

/** Null for a link that leads nowhere. */
function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Bash tells of a syntax error in two lines; the second one only repeats the script's. */
const inOneLine = (stderr: string): string =>
  stderr.replace(
    /^(.*: line \d+: syntax error near unexpected token .*\n).*: line \d+: `.*'\n$/m,
    "$1",
  );
