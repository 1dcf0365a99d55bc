/** What Apache httpd answers: files below a document root, redirections to directories, its own pages. */
import { formatIpv4Address, type HttpContent, type HttpRequest } from "@lvsim/core";
import type { Kernel } from "../kernel/kernel.ts";
import { encodeUtf8 } from "../text/utf8.ts";
import { momentOf } from "../time/moment.ts";
import { strftime } from "../time/strftime.ts";
import { contentTypeOf, pathOf } from "./nginx-content.ts";

const TITLES: ReadonlyMap<number, readonly [string, string]> = new Map([
  [301, ["Moved Permanently", "The document has moved"]],
  [403, ["Forbidden", "You don't have permission to access this resource."]],
  [404, ["Not Found", "The requested URL was not found on this server."]],
  [405, ["Method Not Allowed", "The requested method is not allowed for this URL."]],
]);

function apachePage(
  status: number,
  serverName: string,
  request: HttpRequest,
  headers: HttpContent["headers"] = [],
): HttpContent {
  const [title, text] = TITLES.get(status) ?? ["", ""];
  const host = hostOf(request);
  const location = headers.find(([name]) => name === "Location")?.[1];
  const said = location === undefined ? text : `${text} <a href="${location}">here</a>.`;
  const lines = [
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">',
    "<html><head>",
    `<title>${status} ${title}</title>`,
    "</head><body>",
    `<h1>${title}</h1>`,
    `<p>${said}</p>`,
    "<hr>",
    `<address>${serverName} Server at ${host.split(":")[0]} Port ${request.local.port}</address>`,
    "</body></html>",
    "",
  ];
  return {
    status,
    contentType: "text/html; charset=iso-8859-1",
    headers,
    body: encodeUtf8(lines.join("\n")),
  };
}

const hostOf = (request: HttpRequest): string =>
  request.headers.find(([name]) => name.toLowerCase() === "host")?.[1] ??
  formatIpv4Address(request.local.address);

/** `problem` is told what the error log would say. */
export function apacheContent(
  machine: Kernel,
  root: string,
  request: HttpRequest,
  serverName: string,
  problem: (text: string) => void,
): HttpContent {
  if (request.method !== "GET" && request.method !== "HEAD" && request.method !== "POST")
    return apachePage(405, serverName, request);
  const path = pathOf(request);
  const node = machine.files.resolve(root + path.replace(/(.)\/$/, "$1"), "/");
  if (typeof node === "number") return apachePage(404, serverName, request);
  if (node.kind === "file") return fileContent(machine, root + path);
  if (!path.endsWith("/"))
    return apachePage(301, serverName, request, [
      ["Location", `http://${hostOf(request)}${path}/`],
    ]);
  if (typeof machine.files.resolve(`${root}${path}index.html`, "/") !== "number")
    return fileContent(machine, `${root}${path}index.html`);
  problem(
    `AH01276: Cannot serve directory ${root}${path}: No matching DirectoryIndex (index.html) found, and server-generated directory index forbidden by Options directive`,
  );
  return apachePage(403, serverName, request);
}

function fileContent(machine: Kernel, path: string): HttpContent {
  const node = machine.files.resolve(path, "/");
  const text = typeof node !== "number" && node.kind === "file" ? node.content : "";
  const modified = momentOf(typeof node === "number" ? machine.now : node.modified);
  const body = encodeUtf8(text);
  return {
    status: 200,
    contentType: contentTypeOf(path),
    headers: [
      ["Last-Modified", strftime("%a, %d %b %Y %H:%M:%S GMT", modified)],
      ["ETag", `"${body.length.toString(16)}-${(modified.seconds * 1_000_000).toString(16)}"`],
      ["Accept-Ranges", "bytes"],
    ],
    body,
  };
}
