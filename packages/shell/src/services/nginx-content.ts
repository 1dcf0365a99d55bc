/** What nginx answers: files below a root, its own pages, redirections; and its line in the access log. */
import type { HttpContent, HttpRequest } from "@lvsim/core";
import { formatIpv4Address } from "@lvsim/core";
import type { Kernel } from "../kernel/kernel.ts";
import { encodeUtf8 } from "../text/utf8.ts";
import { momentOf } from "../time/moment.ts";
import { strftime } from "../time/strftime.ts";
import { normalise } from "../vfs/path.ts";
import type { NginxLocation, NginxReturn, NginxServer } from "./nginx-config.ts";

const TYPES: ReadonlyMap<string, string> = new Map([
  ["html", "text/html"],
  ["htm", "text/html"],
  ["css", "text/css"],
  ["js", "application/javascript"],
  ["json", "application/json"],
  ["txt", "text/plain"],
  ["xml", "text/xml"],
  ["svg", "image/svg+xml"],
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["gif", "image/gif"],
  ["ico", "image/x-icon"],
]);

const PHRASES: ReadonlyMap<number, string> = new Map([
  [301, "Moved Permanently"],
  [302, "Moved Temporarily"],
  [307, "Temporary Redirect"],
  [308, "Permanent Redirect"],
  [400, "Bad Request"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Not Allowed"],
  [500, "Internal Server Error"],
  [502, "Bad Gateway"],
  [503, "Service Temporarily Unavailable"],
]);

const HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT";

export const httpDate = (machine: Kernel): string => strftime(HTTP_DATE, momentOf(machine.now));

const content = (
  status: number,
  contentType: string,
  text: string,
  headers: HttpContent["headers"] = [],
): HttpContent => ({
  status,
  contentType,
  headers,
  body: encodeUtf8(text),
});

/** nginx's own page for a status. */
export function statusPage(
  status: number,
  serverName: string,
  headers: HttpContent["headers"] = [],
): HttpContent {
  const title = `${status} ${PHRASES.get(status) ?? ""}`.trim();
  const lines = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    `<hr><center>${serverName}</center>`,
    "</body>",
    "</html>",
    "",
  ];
  return content(status, "text/html", lines.join("\r\n"), headers);
}

/** The longest prefix wins; an exact location before all. */
export function locationOf({ locations }: NginxServer, path: string): NginxLocation | undefined {
  let best: NginxLocation | undefined;
  for (const location of locations) {
    if (location.exact && location.path === path) return location;
    if (location.exact || !path.startsWith(location.path)) continue;
    if (best === undefined || location.path.length > best.path.length) best = location;
  }
  return best;
}

/** The path that a request names, without its query. */
export function pathOf(request: HttpRequest): string {
  const [target = "/"] = request.target.split("?");
  return normalise(decoded(target), "/") + (target.endsWith("/") && target !== "/" ? "/" : "");
}

export function nginxContent(
  machine: Kernel,
  server: NginxServer,
  request: HttpRequest,
  serverName: string,
): HttpContent {
  const path = pathOf(request);
  const location = locationOf(server, path);
  const returns = server.returns ?? location?.returns ?? null;
  if (returns !== null) return returned(returns, request, serverName);
  if (request.method !== "GET" && request.method !== "HEAD") return statusPage(405, serverName);
  const root = location?.root ?? server.root;
  const node = machine.files.resolve(root + path.replace(/(.)\/$/, "$1"), "/");
  if (typeof node === "number") return statusPage(404, serverName);
  if (node.kind !== "directory")
    return path.endsWith("/") ? statusPage(404, serverName) : fileContent(machine, root + path);
  if (!path.endsWith("/")) {
    const host = request.headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? "";
    return statusPage(301, serverName, [["Location", `http://${host}${path}/`]]);
  }
  for (const name of server.index)
    if (typeof machine.files.resolve(root + path + name, "/") !== "number")
      return fileContent(machine, root + path + name);
  return statusPage(path === "/" || path.endsWith("/") ? 403 : 404, serverName);
}

function decoded(target: string): string {
  return target.replace(/(%[0-9A-Fa-f]{2})+/g, (codes) => {
    let text = "";
    for (let i = 1; i < codes.length; i += 3)
      text += String.fromCharCode(Number.parseInt(codes.slice(i, i + 2), 16));
    return text;
  });
}

function returned(
  { status, text }: NginxReturn,
  request: HttpRequest,
  serverName: string,
): HttpContent {
  const filled = text
    .replaceAll("$hostname", serverName)
    .replaceAll(
      "$remote_addr",
      request.peer === null ? "" : formatIpv4Address(request.peer.address),
    )
    .replaceAll("$remote_port", String(request.peer?.port ?? ""))
    .replaceAll("$server_addr", formatIpv4Address(request.local.address))
    .replaceAll("$server_port", String(request.local.port))
    .replaceAll("$request_uri", request.target);
  const redirects = status >= 301 && status <= 308;
  if (redirects) return statusPage(status, serverName, [["Location", filled]]);
  return filled === "" && status >= 300
    ? statusPage(status, serverName)
    : content(status, "application/octet-stream", filled);
}

/** By the extension of a path. */
export const contentTypeOf = (path: string): string =>
  TYPES.get((/\.([A-Za-z0-9]+)$/.exec(path)?.[1] ?? "").toLowerCase()) ??
  "application/octet-stream";

function fileContent(machine: Kernel, path: string): HttpContent {
  const node = machine.files.resolve(path, "/");
  if (typeof node === "number" || node.kind !== "file") return statusPage(403, "nginx");
  const body = encodeUtf8(node.content);
  const { seconds } = momentOf(node.modified);
  return {
    status: 200,
    contentType: contentTypeOf(path),
    headers: [
      ["Last-Modified", strftime(HTTP_DATE, momentOf(node.modified))],
      ["ETag", `"${seconds.toString(16)}-${body.length.toString(16)}"`],
      ["Accept-Ranges", "bytes"],
    ],
    body,
  };
}

/** A line of the access log in the combined format; CentOS's `main` has one field more. */
export function logLine(
  machine: Kernel,
  request: HttpRequest,
  answer: HttpContent,
  withForwarded: boolean,
): string {
  const header = (name: string): string =>
    request.headers.find(([own]) => own.toLowerCase() === name)?.[1] ?? "-";
  const peer = request.peer === null ? "-" : formatIpv4Address(request.peer.address);
  const time = strftime("%d/%b/%Y:%H:%M:%S +0000", momentOf(machine.now));
  const sent = request.method === "HEAD" ? 0 : answer.body.length;
  const line = `${peer} - - [${time}] "${request.method} ${request.target} HTTP/1.1" ${answer.status} ${sent}`;
  const forwarded = withForwarded ? ` "${header("x-forwarded-for")}"` : "";
  return `${line} "${header("referer")}" "${header("user-agent")}"${forwarded}\n`;
}

/** A line of the error log about a file that is not there, or a directory without an index. */
export function errorLine(
  machine: Kernel,
  server: NginxServer,
  request: HttpRequest,
  status: number,
): string {
  const path = pathOf(request);
  const root = locationOf(server, path)?.root ?? server.root;
  const what =
    status === 404
      ? `open() "${root}${path}" failed (2: No such file or directory)`
      : `directory index of "${root}${path}" is forbidden`;
  const peer = request.peer === null ? "-" : formatIpv4Address(request.peer.address);
  const host = request.headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? "";
  const time = strftime("%Y/%m/%d %H:%M:%S", momentOf(machine.now));
  return `${time} [error] 1#1: *1 ${what}, client: ${peer}, server: _, request: "${request.method} ${request.target} HTTP/1.1", host: "${host}"\n`;
}
