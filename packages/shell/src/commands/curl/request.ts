/** The request that curl sends. */
import { encodeUtf8 } from "../../text/utf8.ts";
import type { CurlDialect, RequestHeader } from "./dialect.ts";
import type { CurlOptions } from "./options.ts";
import { type HttpUrl, hostText } from "./url.ts";

/** What a request is made from. */
export interface RequestSource {
  readonly options: CurlOptions;
  readonly dialect: CurlDialect;
  /** What is posted; null for nothing. */
  readonly data: string | null;
}

export interface Request {
  readonly method: string;
  /** Request line and headers, with the empty line. */
  readonly head: string;
  readonly body: string;
}

/** `bodyAllowed` is false after a redirect that turns a POST into a GET. */
export function makeRequest(
  url: HttpUrl,
  { options, dialect, data }: RequestSource,
  bodyAllowed: boolean,
): Request {
  const sendsData = data !== null && !options.get && bodyAllowed;
  const body = sendsData ? data : "";
  const method = options.method ?? (options.head ? "HEAD" : sendsData ? "POST" : "GET");
  const own = options.headers.map(splitHeader);
  const replaced = (name: string): boolean =>
    own.some((header) => header.name.toLowerCase() === name.toLowerCase());
  const lines = [
    `${method} ${targetOf(url, options.get ? data : null)} HTTP/${options.http10 ? "1.0" : "1.1"}`,
  ];
  for (const name of dialect.headerOrder) {
    const value = headerValue(name, url, options, dialect);
    if (value !== null && !replaced(name)) lines.push(`${name}: ${value}`);
    else if (name === "Host") pushOwn(lines, own, "host");
  }
  for (const { name, text, value } of own)
    if (value !== "" && name.toLowerCase() !== "host") lines.push(text);
  if (sendsData) {
    if (!replaced("content-length")) lines.push(`Content-Length: ${encodeUtf8(body).length}`);
    if (!replaced("content-type")) lines.push("Content-Type: application/x-www-form-urlencoded");
  }
  return { method, head: `${lines.join("\r\n")}\r\n\r\n`, body };
}

interface OwnHeader {
  readonly name: string;
  /** "" takes the header away. */
  readonly value: string;
  readonly text: string;
}

/** `Name;` asks for a header without a value. */
function splitHeader(text: string): OwnHeader {
  const colon = text.indexOf(":");
  if (colon < 0) {
    const name = text.replace(/;$/, "");
    return { name, value: text.endsWith(";") ? " " : "", text: `${name}:` };
  }
  return { name: text.slice(0, colon), value: text.slice(colon + 1).trim(), text };
}

function pushOwn(lines: string[], own: readonly OwnHeader[], name: string): void {
  for (const header of own)
    if (header.name.toLowerCase() === name && header.value !== "") lines.push(header.text);
}

/** `data` is what `-G` puts behind the path. */
function targetOf({ target }: HttpUrl, data: string | null): string {
  if (data === null) return target;
  return `${target}${target.includes("?") ? "&" : "?"}${data}`;
}

function headerValue(
  name: RequestHeader,
  url: HttpUrl,
  options: CurlOptions,
  dialect: CurlDialect,
): string | null {
  if (name === "Host") return hostText(url.host, url.port);
  if (name === "User-Agent") return options.userAgent ?? `curl/${dialect.version}`;
  if (name === "Accept") return "*/*";
  if (name === "Referer") return options.referer;
  if (name === "Cookie") return options.cookie;
  const user = options.user ?? url.user;
  return user === null ? null : `Basic ${base64(encodeUtf8(user))}`;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64(octets: Uint8Array): string {
  let text = "";
  for (let i = 0; i < octets.length; i += 3) {
    const [a = 0, b = 0, c = 0] = octets.subarray(i, i + 3);
    const sum = (a << 16) | (b << 8) | c;
    for (let digit = 0; digit < 4; digit++)
      text += i + digit - 1 < octets.length ? DIGITS.charAt((sum >> (18 - 6 * digit)) & 63) : "=";
  }
  return text;
}
