/**
 * nginx's configuration, as far as a lab's web server needs it: `server` with `listen`, `root`, `index`, `location` by
 * prefix (`=` too), `return` and `proxy_pass`; `upstream` (nginx-upstream.ts); `include` with a pattern. Every other
 * directive is read over.
 */
import { compileGlob, matchesGlob } from "../text/glob.ts";
import type { FileSystem } from "../vfs/file-system.ts";
import { dirname } from "../vfs/path.ts";
import { NginxConfigError } from "./nginx-config-error.ts";
import { Upstream, upstreamsOf } from "./nginx-upstream.ts";

export interface NginxReturn {
  readonly status: number;
  /** Text, or the address of a redirection. */
  readonly text: string;
}

export interface NginxLocation {
  readonly path: string;
  readonly exact: boolean;
  readonly root: string | null;
  readonly returns: NginxReturn | null;
  readonly proxy: NginxProxy | null;
}

/** `proxy_pass http://NAME/URI`. */
export interface NginxProxy {
  readonly upstream: Upstream;
  /** The name as written: what `$proxy_host` is. */
  readonly host: string;
  /** What takes the place of the location's path; null: the path stays as it is. */
  readonly uri: string | null;
  /** `proxy_set_header`, values with variables. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface NginxServer {
  /** Ports of `listen`, each on an address or on all (""). */
  readonly listens: readonly { readonly address: string; readonly port: number }[];
  readonly root: string;
  readonly index: readonly string[];
  readonly locations: readonly NginxLocation[];
  readonly returns: NginxReturn | null;
}

interface Directive {
  readonly words: readonly string[];
  readonly block: readonly Directive[] | null;
}

interface Token {
  readonly text: string;
  /** A word, or one of the marks `{`, `}`, `;`. */
  readonly isMark: boolean;
  readonly line: number;
}

const INCLUDES_MAX = 100;
const DEFAULT_ROOT = "/usr/share/nginx/html";

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const match of text.matchAll(
    /\n|#[^\n]*|[{};]|"((?:\\[\s\S]|[^"\\])*)"|'((?:\\[\s\S]|[^'\\])*)'|[^\s{};"'#][^\s{};]*/g,
  )) {
    const [whole, double, single] = match;
    if (whole === "\n") line++;
    else if (!whole.startsWith("#")) {
      const quoted = double ?? single;
      const word =
        quoted === undefined
          ? whole
          : quoted.replace(
              /\\(["'\\ntr])/g,
              (_, c: string) => ({ n: "\n", t: "\t", r: "\r" })[c] ?? c,
            );
      tokens.push({ text: word, isMark: quoted === undefined && "{};".includes(whole), line });
    }
    if (whole !== "\n") line += whole.split("\n").length - 1;
  }
  return tokens;
}

class ConfigReader {
  private readonly files: FileSystem;
  private includes = 0;

  constructor(files: FileSystem) {
    this.files = files;
  }

  readFile(path: string): Directive[] {
    const text = this.files.readText(path);
    if (text === undefined)
      throw new NginxConfigError(`open() "${path}" failed (2: No such file or directory)`);
    const tokens = tokensOf(text);
    const { directives, next } = this.block(path, tokens, 0, false);
    if (next < tokens.length)
      throw new NginxConfigError(`unexpected "}" in ${path}:${tokens[next]?.line ?? 1}`);
    return directives;
  }

  private block(
    path: string,
    tokens: readonly Token[],
    start: number,
    nested: boolean,
  ): { directives: Directive[]; next: number } {
    const directives: Directive[] = [];
    let words: string[] = [];
    let at = start;
    for (; at < tokens.length; at++) {
      const { text, isMark, line } = tokens[at] as Token;
      if (!isMark) words.push(text);
      else if (text === ";") {
        if (words.length === 0) throw new NginxConfigError(`unexpected ";" in ${path}:${line}`);
        if (words[0] === "include") directives.push(...this.include(path, words[1] ?? ""));
        else directives.push({ words, block: null });
        words = [];
      } else if (text === "{") {
        if (words.length === 0) throw new NginxConfigError(`unexpected "{" in ${path}:${line}`);
        const inner = this.block(path, tokens, at + 1, true);
        directives.push({ words, block: inner.directives });
        words = [];
        at = inner.next;
      } else {
        if (words.length > 0) throw new NginxConfigError(`unexpected "}" in ${path}:${line}`);
        return { directives, next: at };
      }
    }
    const last = tokens[tokens.length - 1]?.line ?? 1;
    if (words.length > 0)
      throw new NginxConfigError(
        `unexpected end of file, expecting ";" or "}" in ${path}:${last + 1}`,
      );
    if (nested)
      throw new NginxConfigError(`unexpected end of file, expecting "}" in ${path}:${last + 1}`);
    return { directives, next: at };
  }

  private include(path: string, pattern: string): Directive[] {
    if (++this.includes > INCLUDES_MAX) throw new NginxConfigError("too many includes");
    const full = pattern.startsWith("/")
      ? pattern
      : `${dirname("/etc/nginx/nginx.conf")}/${pattern}`;
    if (!/[*?[]/.test(full)) return full.endsWith("mime.types") ? [] : this.readFile(full);
    const node = this.files.resolve(dirname(full), "/");
    if (typeof node === "number" || node.kind !== "directory") return [];
    const glob = compileGlob(full.slice(full.lastIndexOf("/") + 1));
    return Array.from(node.entries.keys())
      .filter((name) => matchesGlob(name, glob) && `${dirname(full)}/${name}` !== path)
      .sort()
      .flatMap((name) => this.readFile(`${dirname(full)}/${name}`));
  }
}

const find = (directives: readonly Directive[], name: string): Directive | undefined =>
  directives.find(({ words }) => words[0] === name);

function returnOf(directives: readonly Directive[]): NginxReturn | null {
  const words = find(directives, "return")?.words;
  if (words === undefined) return null;
  const [, first = "", text = ""] = words;
  return /^\d+$/.test(first) ? { status: Number(first), text } : { status: 302, text: first };
}

/** Every server of the configuration; throws a NginxConfigError. */
export function readNginxConfig(files: FileSystem): NginxServer[] {
  const main = new ConfigReader(files).readFile("/etc/nginx/nginx.conf");
  const http = main.filter(({ words }) => words[0] === "http").flatMap(({ block }) => block ?? []);
  const upstreams = upstreamsOf(http);
  return http
    .filter(({ words, block }) => words[0] === "server" && block !== null)
    .map(({ block }) => serverOf(block ?? [], http, upstreams));
}

function serverOf(
  directives: readonly Directive[],
  http: readonly Directive[],
  upstreams: ReadonlyMap<string, Upstream>,
): NginxServer {
  const word = (name: string): readonly string[] | undefined =>
    (find(directives, name) ?? find(http, name))?.words.slice(1);
  const listens = directives
    .filter(({ words }) => words[0] === "listen")
    .map(({ words }) => words[1] ?? "80")
    .filter((text) => !text.startsWith("[")) // no IPv6 here
    .map(listenOf);
  return {
    listens: directives.some(({ words }) => words[0] === "listen") ? listens : [listenOf("80")],
    root: word("root")?.[0] ?? DEFAULT_ROOT,
    index: word("index") ?? ["index.html"],
    returns: returnOf(directives),
    locations: directives
      .filter(({ words, block }) => words[0] === "location" && block !== null)
      .map(({ words, block }) => ({
        path: words[words.length - 1] as string,
        exact: words[1] === "=",
        root: find(block ?? [], "root")?.words[1] ?? null,
        returns: returnOf(block ?? []),
        proxy: proxyOf(block ?? [], [directives, http], upstreams),
      })),
  };
}

const PASS = /^http:\/\/([^/]+)(\/.*)?$/;

/** Headers that are set further out hold where a location sets none. */
function proxyOf(
  directives: readonly Directive[],
  outer: readonly (readonly Directive[])[],
  upstreams: ReadonlyMap<string, Upstream>,
): NginxProxy | null {
  const url = find(directives, "proxy_pass")?.words[1];
  if (url === undefined) return null;
  const [, host, uri = null] = PASS.exec(url) ?? [];
  if (host === undefined) throw new NginxConfigError("invalid URL prefix");
  const upstream = upstreams.get(host) ?? Upstream.single(host);
  const setters = [directives, ...outer].find((level) => find(level, "proxy_set_header")) ?? [];
  const headers = setters
    .filter(({ words }) => words[0] === "proxy_set_header")
    .map(({ words }) => [words[1] ?? "", words[2] ?? ""] as const);
  return { upstream, host, uri, headers };
}

function listenOf(text: string): { address: string; port: number } {
  const parts = /^(?:(.*):)?(\d+)$/.exec(text);
  if (parts === null) return { address: text, port: 80 };
  const address = parts[1] ?? "";
  return {
    address: address === "*" || address === "0.0.0.0" ? "" : address,
    port: Number(parts[2]),
  };
}
